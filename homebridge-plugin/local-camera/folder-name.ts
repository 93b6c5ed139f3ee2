/** Below Homebridge's own folder, where the plugin may write. */
export const LOCAL_CAMERA_FOLDER = 'picam-camera';
