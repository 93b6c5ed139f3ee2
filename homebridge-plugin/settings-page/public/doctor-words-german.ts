import type { DoctorWords } from './doctor-words.ts';

export const DOCTOR_IN_GERMAN: DoctorWords = {
  camera: 'Kamera',
  ffmpeg: 'ffmpeg',
  encoder: 'Encoder',
  broker: 'Broker',
  clock: 'Uhr',
  storage: 'Ablage',
  recordings: 'Aufnahmen',
  'none was found': 'keine gefunden',
  'Picamera2: {}': 'Picamera2: {1}',
  'rpicam-vid: {}': 'rpicam-vid: {1}',
  'USB: {}': 'USB: {1}',
  'installed, no camera found': 'installiert, keine Kamera gefunden',
  'installed ({}), no camera found': 'installiert ({1}), keine Kamera gefunden',
  'not installed for {}': 'nicht installiert',
  'not installed': 'nicht installiert',
  'no camera found': 'keine Kamera gefunden',
  'does not work: {}': 'geht nicht: {1}',
  '{} does not answer': '{1} antwortet nicht',
  '{}, but ffmpeg is not installed': '{1}, aber ffmpeg ist nicht installiert',
  'for the USB camera: {}': 'Für die USB-Kamera:\n{1}',
  'for a camera on the ribbon cable: {}': 'Für eine Kamera am Flachbandkabel:\n{1}',
  'to mend Picamera2: {}': 'Damit Picamera2 wieder geht:\n{1}',
  'switch the Pi off, check both ends of the ribbon cable, switch it on again; or plug in a USB camera':
    'Den Pi ausschalten, beide Enden des Flachbandkabels prüfen und wieder einschalten; oder eine USB-Kamera anschließen.',
  'without a camera: set "source" in picam.yaml to "test", "file:PATH" or "rtsp://…"':
    'Ohne Kamera an diesem Gerät: oben „Testbild“ oder „Netzwerkkamera“ wählen.',
  'source "{}" is configured and finds no camera; there is source "{}": {} ({})':
    'diese wurde nicht gefunden, aber eine andere ist da: {3}',
  'set "source: auto" in picam.yaml, which takes what is there':
    'Oben „Automatisch“ wählen: Das nimmt, was da ist.',
  'source "{}": {} ({})': '{2} ({3})',
  'Picamera2 is not installed, rpicam-vid is': 'Picamera2 ist nicht installiert, aber rpicam-vid',
  'Picamera2 does not work: {}': 'Picamera2 geht nicht: {1}',
  'so that viewers see a picture at once: {}': 'Damit Zuschauer sofort ein Bild sehen:\n{1}',
  '{}: ENOENT{}': '{1} gibt es nicht',
  '{}: EACCES{}': 'Homebridge darf {1} nicht lesen',
  'correct "source" in picam.yaml, or let this user read the file':
    'Oben den Pfad berichtigen oder den Benutzer, unter dem Homebridge läuft, die Datei lesen lassen.',
  'sudo usermod -aG video $USER, then log in again':
    'Den Benutzer, unter dem Homebridge läuft, Kameras benutzen lassen; meist heißt er „homebridge“:\nsudo usermod -aG video homebridge\nDanach dieses Gerät neu starten.',
  'plug the camera in': 'Die Kamera anschließen.',
  'ls /dev/v4l/by-id shows what is there; write that path into "source", or set "source: auto"':
    'Oben „Automatisch“ wählen oder den Pfad eingeben, den dies zeigt:\nls /dev/v4l/by-id/*',
  'not installed; source "{}" needs it': 'nicht installiert; diese Kamera braucht es',
  'not installed; snapshots and video files need it': 'nicht installiert; Schnappschüsse brauchen es',
  'this ffmpeg cannot encode H.264': 'dieses ffmpeg kann kein H.264 erzeugen',
  'the embedded one cannot listen on {} ({})': 'der eigene der Kamera kommt nicht an {1}: {2}',
  '{}EADDRINUSE{}': 'Dort ist ein anderes Programm',
  'nothing, if picam runs already; else set "broker.url" to the broker that is there, or another "embeddedBroker.port"':
    'Unter „Alle Einstellungen“ einen anderen „Port for other programs“ wählen.',
  '{} UTC is wrong: encrypted connections will fail':
    '{1} UTC ist falsch: Verschlüsselte Verbindungen werden nicht gehen',
  '{} UTC, not set by the network': '{1} UTC, nicht vom Netzwerk gestellt',
  '{}, and check that the network reaches a time server':
    '{1}\nund prüfen, ob das Netzwerk einen Zeitserver erreicht.',
  '{} cannot be written ({}), so nothing outlives a restart':
    'In {1} kann nichts geschrieben werden; nach einem Neustart ist alles vergessen',
  'sudo install -d -o "$USER" {}, or set "storage" to a folder of yours':
    'Den Benutzer, unter dem Homebridge läuft, dort schreiben lassen.',
  '{} has {} MB left, and "recording.minFreeMB" keeps {} of them':
    'In {1} sind noch {2} MB frei, von denen {3} frei bleiben sollen',
  'make room before something is recorded, or set it lower':
    'Platz schaffen, bevor etwas aufgenommen werden soll.',
};
