import type { ServiceNeeds } from './service-needs.ts';

export const SERVICE = 'picam.service';
export const UNIT_FILE = `/etc/systemd/system/${SERVICE}`;

export interface ServiceProgram {
  /** Absolute paths. */
  readonly node: string;
  readonly script: string;
  readonly configuration: string;
}

/**
 * The systemd unit: a user of its own that exists while it runs, nothing of the system to write to, camera and
 * microphone by their groups. The configuration may hold passwords, so root alone needs to read it: systemd hands it over
 * in $CREDENTIALS_DIRECTORY, and the files of its certificates. Homes can be read, because video files, and a Node from
 * nvm, are there. A configuration that is refused stays so: only other failures are worth another start.
 *
 * V8 compiles at run time, so memory that is both written and executed cannot be forbidden. ProtectClock= would close
 * every device that is not listed, and the list differs from board to board. A system call that is filtered fails with
 * EPERM rather than end the program: encoders try some and do without. setpriv, which ties programs to the daemon's life,
 * wants to give up capabilities (capset) even where there are none. One arena for all threads, which allocate little,
 * spares 5 MB.
 */
export function serviceUnit({ node, script, configuration }: ServiceProgram, needs: ServiceNeeds): string {
  return `[Unit]
Description=Picam, a live camera with almost no delay
Documentation=https://github.com/picam/homebridge-picam
Wants=network-online.target
After=network-online.target mosquitto.service

[Service]
Type=notify
NotifyAccess=all
ExecStart=${quoted(node)} ${quoted(script)} --config \${CREDENTIALS_DIRECTORY}/picam.yaml
LoadCredential=picam.yaml:${escaped(configuration)}
${linesOf(needs)}Environment=MALLOC_ARENA_MAX=1
Restart=always
RestartSec=2
RestartPreventExitStatus=2
WatchdogSec=60
TimeoutStopSec=20

DynamicUser=yes
StateDirectory=picam
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateMounts=yes
ProtectProc=invisible
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectKernelTunables=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallFilter=capset
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** A folder that is not there is no reason not to start. */
function linesOf({ groups, credentials, writableFolders }: ServiceNeeds): string {
  const lines = [
    ...credentials.map(({ name, path }) => `LoadCredential=${name}:${escaped(path)}`),
    ...writableFolders.map((folder) => `ReadWritePaths="-${escaped(folder)}"`),
    ...(groups.length > 0 ? [`SupplementaryGroups=${groups.join(' ')}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** One word of ExecStart (systemd.service(5), "Command lines"). */
function quoted(text: string): string {
  return `"${escaped(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$')}"`;
}

/** `%` begins a specifier everywhere in a unit. */
function escaped(text: string): string {
  return text.replaceAll('%', '%%');
}
