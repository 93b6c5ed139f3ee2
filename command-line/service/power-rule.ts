import type { AllowedPower } from '../../device/device-configuration.ts';

/** There from polkit 0.106 on, which Debian has since version 12; an older one reads no such rules. */
export const POLKIT_FOLDER = '/etc/polkit-1/rules.d';
export const POWER_RULE_FILE = `${POLKIT_FOLDER}/50-picam.rules`;

/** What logind asks polkit for (org.freedesktop.login1(5)); the second also when somebody is logged in. */
const ACTIONS: Readonly<Record<keyof AllowedPower, string>> = {
  reboot: 'org.freedesktop.login1.reboot',
  shutdown: 'org.freedesktop.login1.power-off',
};

/** Lets the service's user do what the configuration allows, and nothing else; undefined when that is nothing. */
export function powerRule(allow: AllowedPower): string | undefined {
  const operations = (['reboot', 'shutdown'] as const).filter((op) => allow[op]);
  if (operations.length === 0) return undefined;
  const ids = operations.flatMap((op) => [ACTIONS[op], `${ACTIONS[op]}-multiple-sessions`]);
  return `// Written by "picam service install", because of ${operations.map((op) => `allow.${op}`).join(' and ')} in the configuration.
polkit.addRule(function (action, subject) {
  var allowed = ${JSON.stringify(ids)};
  if (subject.user === "picam" && allowed.indexOf(action.id) >= 0) return polkit.Result.YES;
});
`;
}
