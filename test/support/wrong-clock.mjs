// To be loaded first (node --import): for this process it is the time in WRONG_CLOCK, milliseconds since 1970.
const now = Number(process.env.WRONG_CLOCK);
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...words) {
    if (words.length === 0) super(now);
    else super(...words);
  }

  static now() {
    return now;
  }
};
