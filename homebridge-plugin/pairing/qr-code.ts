import makeQrCode from 'qrcode-generator';

/** HomeKit's setup URIs have letters in upper case and digits alone, so that the code stays small. */
const MODE = 'Alphanumeric';
const CORRECTION = 'M';
const SMALLEST_THAT_FITS = 0;

/** The QR code of a setup URI, rows of modules of which true is dark, without the light margin of four modules. */
export function qrCode(uri: string): boolean[][] {
  const code = makeQrCode(SMALLEST_THAT_FITS, CORRECTION);
  code.addData(uri, MODE);
  code.make();
  const line = Array.from({ length: code.getModuleCount() }, (_, index) => index);
  return line.map((row) => line.map((column) => code.isDark(row, column)));
}
