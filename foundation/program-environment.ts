/** The environment for programs we start: ours without the PICAM_ settings, which hold passwords. */
export function environmentWithoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('PICAM_')));
}
