import type { BrokerFact, CameraFact, Facts, FfmpegFact, SoundDeviceFact, RecordingsFact } from './facts.ts';
import { type Finding, bad, doubtful, good, untried } from './finding.ts';

/** Before this the clock of a machine that runs this program cannot be right. */
const EARLIEST_NOW = new Date('2026-01-01T00:00:00Z');
const INSTALL_FFMPEG = 'sudo apt install ffmpeg';
const ENCODED_BY_FFMPEG = /^(?:test$|v4l2:)/u;
const READ_BY_FFMPEG = /^(?:rtsps?:|file:.*\.(?:mp4|mov|mkv|ts)$)/iu;

/** What the facts mean, and what to do about them. */
export function diagnose(facts: Facts): Finding[] {
  return [
    aboutCamera(facts.camera),
    ...aboutFfmpeg(facts.ffmpeg, sourceOf(facts.camera)),
    ...(facts.microphone ? [aboutMicrophone(facts.microphone)] : []),
    ...(facts.speaker ? [aboutSpeaker(facts.speaker)] : []),
    aboutBroker(facts.broker),
    aboutClock(facts.clock),
    aboutStorage(facts.storage),
    ...aboutRecordings(facts.recordings),
    aboutWebPort(facts.webPort),
    ...facts.iceServers.map(aboutIceServer),
  ];
}

/** The source that will be used. */
function sourceOf(camera: CameraFact): string {
  return camera.kind === 'looked' && camera.choice.kind === 'chosen' ? camera.choice.spec : camera.spec;
}

function aboutCamera(camera: CameraFact): Finding {
  switch (camera.kind) {
    case 'unseen':
      return good('camera', `source "${camera.spec}"`);
    case 'untried':
      return untried(
        'camera',
        `source "${camera.spec}" was not tried: watch it, then the log tells what it says`,
      );
    case 'path':
      if (camera.problem === undefined) return good('camera', `${camera.path} is there`);
      return bad('camera', `${camera.path}: ${camera.problem}`, remedyForPath(camera.spec, camera.problem));
    case 'looked':
      return aboutChoice(camera);
  }
}

function remedyForPath(spec: string, problem: string): string {
  if (!spec.startsWith('v4l2:')) return 'correct "source" in picam.yaml, or let this user read the file';
  if (problem.startsWith('EACCES')) return 'sudo usermod -aG video $USER, then log in again';
  return 'plug the camera in\nls /dev/v4l/by-id shows what is there; write that path into "source", or set "source: auto"';
}

function aboutChoice({ spec, choice, isFound }: Extract<CameraFact, { kind: 'looked' }>): Finding {
  if (choice.kind === 'none')
    return bad('camera', ['none was found', ...choice.lookedFor].join('\n'), choice.remedies.join('\n'));
  const best = `source "${choice.spec}": ${choice.cameras} (${choice.because})`;
  if (!isFound)
    return bad(
      'camera',
      `source "${spec}" is configured and finds no camera; there is ${best}`,
      'set "source: auto" in picam.yaml, which takes what is there',
    );
  if (spec !== 'auto' && spec !== choice.spec)
    return good('camera', `source "${spec}", as configured; "auto" would take "${choice.spec}"`);
  if (choice.better === undefined) return good('camera', best);
  return doubtful('camera', best, `so that viewers see a picture at once: ${choice.better}`);
}

function aboutFfmpeg(ffmpeg: FfmpegFact, source: string): Finding[] {
  const encodes = ENCODED_BY_FFMPEG.test(source);
  if (ffmpeg.kind === 'missing') {
    if (encodes || READ_BY_FFMPEG.test(source))
      return [bad('ffmpeg', `not installed; source "${source}" needs it`, INSTALL_FFMPEG)];
    return [doubtful('ffmpeg', 'not installed; snapshots and video files need it', INSTALL_FFMPEG)];
  }
  const version = good('ffmpeg', `version ${ffmpeg.version}`);
  if (!encodes) return [version];
  if (ffmpeg.encoders.length > 0) return [version, good('encoder', ffmpeg.encoders.join(', '))];
  return [version, bad('encoder', 'this ffmpeg cannot encode H.264', `${INSTALL_FFMPEG} --reinstall`)];
}

function aboutMicrophone({ spec, failure }: SoundDeviceFact): Finding {
  if (!failure) return good('microphone', `"${spec}" gives sound`);
  return doubtful('microphone', `"${spec}" ${failure.problem}, so there is no sound`, failure.remedy);
}

function aboutSpeaker({ spec, failure }: SoundDeviceFact): Finding {
  if (!failure) return good('loudspeaker', `"${spec}" plays`);
  return doubtful(
    'loudspeaker',
    `"${spec}" ${failure.problem}, so nobody who talks is heard`,
    failure.remedy,
  );
}

function aboutBroker(broker: BrokerFact): Finding {
  switch (broker.kind) {
    case 'embedded':
      if (broker.problem === undefined) return good('broker', `the embedded one, on ${broker.address}`);
      return doubtful(
        'broker',
        `the embedded one cannot listen on ${broker.address} (${broker.problem})`,
        'nothing, if picam runs already; else set "broker.url" to the broker that is there, or another "embeddedBroker.port"',
      );
    case 'logged-in':
      return good('broker', `${broker.url}, logged in`);
    case 'unusable':
      return bad('broker', `${broker.url} ${broker.problem}`, broker.remedy);
  }
}

function aboutClock({ now, isSynchronized }: Facts['clock']): Finding {
  const shown = now.toISOString().slice(0, 16).replace('T', ' ');
  const remedy = 'sudo timedatectl set-ntp true, and check that the network reaches a time server';
  if (now < EARLIEST_NOW)
    return bad('clock', `${shown} UTC is wrong: encrypted connections will fail`, remedy);
  if (isSynchronized) return good('clock', `${shown} UTC, set by the network`);
  return doubtful('clock', `${shown} UTC, not set by the network`, remedy);
}

/** Only what there is to say: within the storage folder they need nothing else but room. */
function aboutRecordings({ folder, isConfigured, problem, freeMB, minFreeMB }: RecordingsFact): Finding[] {
  if (problem !== undefined) {
    const remedy =
      'make the folder, or plug its disk in; the user that picam runs as must be able to write there';
    return [bad('recordings', `${folder}: ${problem}`, remedy)];
  }
  if (freeMB !== undefined && freeMB < minFreeMB) {
    const seen = `${folder} has ${freeMB} MB left, and "recording.minFreeMB" keeps ${minFreeMB} of them`;
    return [doubtful('recordings', seen, 'make room before something is recorded, or set it lower')];
  }
  if (!isConfigured) return [];
  return [
    good('recordings', `${folder} can be written${freeMB === undefined ? '' : `, ${freeMB} MB are free`}`),
  ];
}

function aboutStorage({ folder, problem }: Facts['storage']): Finding {
  if (problem === undefined) return good('storage', `${folder} can be written`);
  return doubtful(
    'storage',
    `${folder} cannot be written (${problem}), so nothing outlives a restart`,
    `sudo install -d -o "$USER" ${folder}, or set "storage" to a folder of yours`,
  );
}

function aboutWebPort({ address, problem }: Facts['webPort']): Finding {
  if (problem === undefined) return good('web page', `${address} is free`);
  return doubtful(
    'web page',
    `${address} cannot be used (${problem})`,
    'nothing, if picam runs already; else set another "web.port"',
  );
}

function aboutIceServer({ url, answers }: Facts['iceServers'][number]): Finding {
  if (answers) return good('ICE server', `${url} answers`);
  return doubtful(
    'ICE server',
    `${url} does not answer`,
    'check "ice.servers", and that a firewall lets its port pass; without it viewers from other networks may see nothing',
  );
}
