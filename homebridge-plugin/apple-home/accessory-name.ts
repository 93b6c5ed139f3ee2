const LONGEST_NAME = 64;

/** A name that Home takes: letters, digits, spaces and apostrophes, beginning and ending with a letter or digit. */
export function accessoryName(wanted: string | undefined, device: string): string {
  return cleaned(wanted ?? '') || capitalised(cleaned(device.replaceAll('-', ' '))) || 'Camera';
}

function cleaned(name: string): string {
  return name
    .replaceAll(/[^\p{L}\p{N} ']+/gu, ' ')
    .replaceAll(/ +/gu, ' ')
    .replaceAll(/^[^\p{L}\p{N}]+/gu, '')
    .slice(0, LONGEST_NAME)
    .replaceAll(/[^\p{L}\p{N}]+$/gu, '');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
