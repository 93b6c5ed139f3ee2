/** Outlines on a 24 by 24 grid, for `icon()`. */
export const BACK = 'M15 5l-7 7 7 7';
export const CHART = 'M4 20V11M10 20V4M16 20v-6M20 20H3';
export const PHOTO = 'M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z';
export const EXPAND = 'M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5';
export const SOUND = 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11';
export const MICROPHONE =
  'M12 3.5a2.5 2.5 0 0 0-2.5 2.5v5a2.5 2.5 0 0 0 5 0V6A2.5 2.5 0 0 0 12 3.5zM6 11a6 6 0 0 0 12 0M12 17v3.5M9 20.5h6';
export const SOUND_OFF = 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5';
export const PLAY = 'M8 5l11 7-11 7z';
export const LIVE =
  'M12 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM8.5 8.5a5 5 0 0 0 0 7M15.5 8.5a5 5 0 0 1 0 7M5.5 5.5a9.2 9.2 0 0 0 0 13M18.5 5.5a9.2 9.2 0 0 1 0 13';
export const PAUSE = 'M8 5v14M16 5v14';
export const RECORD = 'M12 19a7 7 0 1 0 0-14 7 7 0 0 0 0 14z';
export const SMALL_WINDOW = 'M3 5h18v14H3zM12 12.5h6v4h-6z';
export const NO_PICTURE = 'M3 7h11v10H3zM14 11l6-3.5v9L14 13M3 3l18 18';
export const SHARE = 'M12 15V4M8 7.5L12 3.5l4 4M6 11.5v8.5h12v-8.5';
export const LOG_OUT = 'M14 4H5v16h9M10 12h10M16.5 8.5L20 12l-3.5 3.5';
