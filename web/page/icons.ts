/** Outlines on a 24 by 24 grid, for `icon()`. */
export const BACK = 'M15 5l-7 7 7 7';
export const CHART = 'M4 20V11M10 20V4M16 20v-6M20 20H3';
export const PHOTO = 'M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z';
export const EXPAND = 'M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5';
export const SOUND = 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11';
export const SOUND_OFF = 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5';
export const PLAY = 'M8 5l11 7-11 7z';
export const NO_PICTURE = 'M3 7h11v10H3zM14 11l6-3.5v9L14 13M3 3l18 18';
