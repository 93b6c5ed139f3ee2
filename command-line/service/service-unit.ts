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
 * microphone by the groups video and audio. The configuration may hold passwords, so root alone needs to read it: systemd hands it over (%d).
 * Homes can be read, because video files, and a Node from nvm, are there. V8 compiles at run time, so memory that is
 * both written and executed cannot be forbidden. One arena for all threads, which allocate little, spares 5 MB.
 */
export function serviceUnit({ node, script, configuration }: ServiceProgram): string {
  return `[Unit]
Description=Picam, a live camera with almost no delay
Documentation=https://github.com/picam/homebridge-picam
Wants=network-online.target
After=network-online.target mosquitto.service

[Service]
Type=notify
NotifyAccess=all
ExecStart=${quoted(node)} ${quoted(script)} --config %d/picam.yaml
LoadCredential=picam.yaml:${escaped(configuration)}
Environment=MALLOC_ARENA_MAX=1
Restart=always
RestartSec=2
WatchdogSec=60
TimeoutStopSec=20

DynamicUser=yes
SupplementaryGroups=video audio
StateDirectory=picam
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectKernelTunables=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
`;
}

/** One word of ExecStart (systemd.service(5), "Command lines"). */
function quoted(text: string): string {
  return `"${escaped(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$')}"`;
}

/** `%` begins a specifier everywhere in a unit. */
function escaped(text: string): string {
  return text.replaceAll('%', '%%');
}
