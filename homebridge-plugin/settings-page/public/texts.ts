import { DOCTOR_IN_ENGLISH, type DoctorWords } from './doctor-words.ts';
import { GERMAN } from './texts-german.ts';

/** All words of the page, in English; another language has the same ones. */
export const ENGLISH = {
  localTitle: 'Camera on this machine',
  localHelp: 'Homebridge runs the camera itself; nothing else has to be started.',
  localSwitch: 'A camera is connected to this machine',
  localName: 'Name',
  localSource: 'Camera',
  localSize: 'Picture size',
  localRate: 'Pictures a second',
  localBitrate: 'Bit rate (kbit/s)',
  sources: {
    auto: 'Automatic: the best one that is there',
    picamera2: 'Raspberry Pi camera (Picamera2)',
    rpicam: 'Raspberry Pi camera (rpicam-vid)',
    v4l2: 'USB camera',
    rtsp: 'Network camera (RTSP)',
    file: 'A recording',
    test: 'Test picture',
  },
  sourceAddress: 'Which one',
  starting: 'Starting the camera …',
  savedCamera: 'This is the camera as it was saved; changes show after Save.',
  checkTitle: 'What this machine still needs',
  checking: 'Looking at this machine …',
  allGood: 'This machine has all it needs.',
  canWork: 'The camera can work. For the best result:',
  cannotWork: 'Do this first (commands are for a terminal on this machine):',
  checkAgain: 'Look again',
  doctor: DOCTOR_IN_ENGLISH as DoctorWords,
  networkTitle: 'Cameras in the network',
  networkHelp: 'Cameras that run Picam are found on their MQTT broker.',
  address: 'Address of the broker',
  username: 'User name',
  password: 'Password',
  onlyIfAsked: 'if needed',
  noBroker: 'No other broker: only the camera on this machine is shown.',
  nobodyHere: 'There is no broker on this machine. Type the address of the one that your cameras use.',
  searching: 'Looking for cameras …',
  connected: (url: string) => `Connected and logged in: ${url}`,
  found: (count: number) => (count === 1 ? '1 camera found' : `${count} cameras found`),
  noneFound: 'No camera found yet',
  noneFoundAdvice:
    'Start one with “picam” on its machine, and give it this broker as “broker.url”. It shows here as soon as it is there.',
  problems: {
    'connection-refused': [
      'Nothing listens at this address',
      'Is the broker running, and is the port right (most often 1883)? A Mosquitto as it comes listens on its own machine only.',
    ],
    'unknown-name': [
      'Nobody in the network knows this name',
      'Check the spelling, or write the IP address, such as mqtt://192.168.1.5:1883.',
    ],
    'no-answer': [
      'The broker does not answer',
      'Check the address, that its machine is on, and that no firewall is in the way.',
    ],
    'login-refused': [
      'The broker refuses this user name and password',
      'Check both; many brokers refuse everybody without them.',
    ],
    'no-tls': [
      'There is no encryption on this port',
      'Begin the address with mqtt://, or take the port for TLS, most often 8883.',
    ],
    'hangs-up': [
      'The broker ends the connection at once',
      'If this port is for encryption, begin the address with mqtts://. Otherwise check that it is an MQTT broker.',
    ],
    'certificate-of-unknown-authority': [
      'The certificate is signed by somebody unknown',
      'Name the file of that authority under “All settings”, More, CA certificate.',
    ],
    'certificate-of-another-name': [
      'The certificate is for another name',
      'Write the name in the address that the certificate is made for.',
    ],
    'certificate-expired': ['The certificate has expired', 'Renew it on the broker.'],
    'certificate-not-yet-valid': ['The certificate is not valid yet', 'Is the clock of this machine right?'],
    'certificate-wanted': [
      'The broker wants a certificate of this machine',
      'Name its two files under “All settings”, More, client certificate and key.',
    ],
    'address-incomplete': [
      'This is no address of a broker',
      'It looks like mqtt://192.168.1.5:1883, or mqtts:// with encryption.',
    ],
  } as Readonly<Record<string, readonly [title: string, advice: string]>>,
  otherProblem: 'The broker cannot be used',
  readiness: { ready: 'online', offline: 'offline', private: 'turned off', failed: 'no picture' },
  connecting: 'Connecting …',
  show: 'Show the picture',
  again: 'Try again',
  viewProblems: {
    forbidden: 'The camera is turned off (privacy).',
    offline: 'The camera is away. It shows here as soon as it is back.',
    timeout: 'The camera does not answer.',
    not_live: 'The camera gives no picture. It says:',
    busy: 'The camera has as many viewers as it can serve.',
    unreachable: 'The camera is there, but its picture does not get through to this browser.',
    'no-webrtc': 'This browser cannot show live pictures.',
  } as Readonly<Record<string, string>>,
  paired: 'In the Home app',
  scan: 'Scan this in the Home app: Add Accessory.',
  orType: 'Or type this setup code:',
  qrLabel: (pin: string) => `QR code with the setup code ${pin}`,
  saveFirst: 'Press Save and let Homebridge restart. Then open this page again: the code to scan is here.',
  withBridge: 'This camera comes with the bridge, whose setup code is',
  mistakes: 'This cannot be saved yet:',
  allSettings: 'All settings',
  fewerSettings: 'Fewer settings',
};
export type Texts = typeof ENGLISH;

/** @param language as the Homebridge UI names it, such as `en`, `de` or `zh-CN`. */
export function textsIn(language: string): Texts {
  return language.split('-')[0] === 'de' ? GERMAN : ENGLISH;
}
