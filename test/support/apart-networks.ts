import { execFileSync } from 'node:child_process';

const ENVIRONMENT = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
const SHORTER_THAN_MEDIA_BYTES = 200;
const OF_SO_MANY = 1_000;
const NOBODY = '02:00:00:00:00:01';

/** A network of its own, joined to this machine by a cable and to nothing else. */
export interface ApartNetwork {
  readonly name: string;
  readonly ownAddress: string;
  /** Of this machine, at the other end of the cable. */
  readonly gateway: string;
  /** From now on nothing comes through in either direction, and nobody is told. */
  cut(): void;
  /** Lets everything through again. */
  mend(): void;
  /** Loses this share of the media that leave it, each packet by chance; 0 is none. Takes nftables. */
  lose(share: number): void;
  /** How often something was lost since `lose`; several packets that were handed over at once are lost as one. */
  losses(): number;
}

export interface ApartNetworks {
  readonly networks: readonly [ApartNetwork, ApartNetwork];
  /** Of this machine, which both networks know a way to. */
  readonly commonAddress: string;
  /** Of this machine, which neither network knows a way to. */
  readonly hiddenAddress: string;
  close(): void;
}

/** An address of this machine that a network has a way to, and the network's own that it is reached from. */
export interface Ipv6Way {
  readonly host: string;
  readonly ownAddress: string;
}

/** Two networks that both reach this machine, and neither the other. Takes root and iproute2. */
export function openApartNetworks(): ApartNetworks {
  const number = process.pid % 200;
  const names = ['a', 'b'].map((letter) => `picam-${letter}-${process.pid}`);
  const close = () => {
    for (const name of names) deleteNamespace(name);
  };
  try {
    const [commonAddress, hiddenAddress] = [`10.215.${number}.1`, `10.214.${number}.1`];
    const [one, other] = names.map((name, index) =>
      joined(name, `10.${212 + index}.${number}`, commonAddress),
    );
    if (!one || !other) throw new Error('two were asked for');
    for (const address of [commonAddress, hiddenAddress])
      run('addr', 'add', `${address}/32`, 'dev', deviceOf(one.name));
    return { networks: [one, other], commonAddress, hiddenAddress, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Gives the network IPv6 too. One of this machine's addresses is not the cable's first. */
export function addIpv6({ name }: ApartNetwork): Record<'nearest' | 'other' | 'linkLocal', Ipv6Way> {
  const network = `fd00:212:${process.pid % 10_000}`;
  const [nearest, own, other] = [`${network}::1`, `${network}::2`, `${network}:ffff::1`];
  const [linkLocal, ownLinkLocal] = ['fe80::212:1', 'fe80::212:2'];
  const outside = deviceOf(name);
  for (const address of [`${nearest}/64`, `${other}/128`, `${linkLocal}/64`])
    run('addr', 'add', address, 'dev', outside, 'nodad');
  for (const address of [`${own}/64`, `${ownLinkLocal}/64`])
    run('-n', name, 'addr', 'add', address, 'dev', 'cable', 'nodad');
  run('-n', name, 'route', 'add', other, 'via', nearest);
  return {
    nearest: { host: nearest, ownAddress: own },
    other: { host: other, ownAddress: own },
    linkLocal: { host: `${linkLocal}%cable`, ownAddress: `${ownLinkLocal}%cable` },
  };
}

/** The words that start Node in a network namespace; without one, as this process runs it. */
export function nodeWithin(namespace: string | undefined): [string, ...string[]] {
  const { execPath } = process;
  return namespace === undefined ? [execPath] : ['ip', 'netns', 'exec', namespace, execPath];
}

/** What is inside is called so that WebRTC does not take it for a tunnel. */
function joined(name: string, network: string, commonAddress: string): ApartNetwork {
  const outside = deviceOf(name);
  run('netns', 'add', name);
  run('link', 'add', outside, 'type', 'veth', 'peer', 'name', 'cable', 'netns', name);
  // Addresses that the kernel makes itself come a second later, and end what browsers are loading then.
  run('link', 'set', outside, 'addrgenmode', 'none');
  run('addr', 'add', `${network}.1/24`, 'dev', outside);
  run('link', 'set', outside, 'up');
  for (const words of [
    ['addr', 'add', `${network}.2/24`, 'dev', 'cable'],
    ['link', 'set', 'cable', 'up'],
    ['link', 'set', 'lo', 'up'],
    ['route', 'add', commonAddress, 'via', `${network}.1`],
  ])
    run('-n', name, ...words);
  const ends = [
    ['neigh', 'replace', `${network}.2`, 'dev', outside],
    ['-n', name, 'neigh', 'replace', `${network}.1`, 'dev', 'cable'],
  ];
  return {
    name,
    ownAddress: `${network}.2`,
    gateway: `${network}.1`,
    // Packets to a hardware address that nobody has are dropped in silence, as by a router that hangs.
    cut: () => ends.forEach((words) => run(...words, 'lladdr', NOBODY, 'nud', 'permanent')),
    mend: () => ends.forEach((words) => run(...words.map((word) => (word === 'replace' ? 'del' : word)))),
    lose: (share) => filter(name, share),
    losses: () => Number(/counter packets (\d+)/u.exec(nft(name, 'list table inet picam\n'))?.[1] ?? 0),
  };
}

/** What is short has a part in making the connection, which is not what is tried here. */
function filter(name: string, share: number): void {
  const chance = share < 1 ? `numgen random mod ${OF_SO_MANY} < ${Math.round(share * OF_SO_MANY)}` : '';
  const rules = `table inet picam
    delete table inet picam
    table inet picam {
      chain leaving {
        type filter hook output priority 0; policy accept;
        oifname "cable" udp length > ${SHORTER_THAN_MEDIA_BYTES} ${chance} counter drop
      }
    }
  `;
  nft(name, rules);
}

function nft(name: string, commands: string): string {
  const words = ['netns', 'exec', name, 'nft', '-f', '-'];
  return execFileSync('ip', words, { env: ENVIRONMENT, input: commands, encoding: 'utf8' });
}

/** Names of network devices are short. */
function deviceOf(name: string): string {
  return name.replace('picam-', 'pc');
}

function deleteNamespace(name: string): void {
  try {
    run('netns', 'del', name);
  } catch {
    // It never came to be.
  }
}

function run(...words: string[]): void {
  execFileSync('ip', words, { env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe'] });
}
