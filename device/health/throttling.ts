import { readFile } from 'node:fs/promises';
import type { MachineReadings, ThrottlingFlags } from '../../contract/machine-readings.ts';
import { type RunProgram, runProgram } from '../capture/program-run.ts';

/** Readable by everybody, where the kernel has it; vcgencmd needs the group video. */
const KERNEL_FILE = '/sys/devices/platform/soc/soc:firmware/get_throttled';
const VCGENCMD_TIMEOUT_MS = 3_000;
/** Bits 16 to 19 say what bits 0 to 3 have said since the machine started (Raspberry Pi documentation, vcgencmd). */
const SINCE_BOOT_SHIFT = 16;

/** Undefined where there is no Raspberry Pi firmware to ask. */
export async function readThrottling(
  run: RunProgram = runProgram,
  kernelFile = KERNEL_FILE,
): Promise<MachineReadings['throttling']> {
  const fromKernel = await readFile(kernelFile, 'utf8').catch(() => undefined);
  if (fromKernel !== undefined) return parseThrottling(fromKernel);
  const asked = await run('vcgencmd', ['get_throttled'], VCGENCMD_TIMEOUT_MS);
  return asked.kind === 'ended' ? parseThrottling(asked.stdout) : undefined;
}

/** `throttled=0x50005`, or the number alone in hexadecimal. */
export function parseThrottling(text: string): MachineReadings['throttling'] {
  const [, digits] = /^(?:throttled=)?(?:0x)?([0-9a-f]{1,8})$/iu.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const bits = Number.parseInt(digits, 16);
  return { now: flags(bits), sinceBoot: flags(bits >>> SINCE_BOOT_SHIFT) };
}

function flags(bits: number): ThrottlingFlags {
  return {
    underVoltage: (bits & 0b0001) !== 0,
    frequencyCapped: (bits & 0b0010) !== 0,
    throttled: (bits & 0b0100) !== 0,
    softTemperatureLimit: (bits & 0b1000) !== 0,
  };
}
