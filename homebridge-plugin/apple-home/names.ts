/** As in package.json: Homebridge ties accessories to it. */
export const PLUGIN_NAME = '@picam/homebridge-picam';

/** The `platform` of the plugin's block in config.json; config.schema.json names it too. */
export const PLATFORM_NAME = 'Picam';
