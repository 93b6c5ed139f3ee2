import type { BrokerSettings } from './broker-settings.ts';
import { errorCode } from './error-code.ts';
import { describeError } from './logger.ts';
import { TimeoutError } from './time-out.ts';

export type BrokerProblemKind =
  | 'client-id-refused'
  | 'unavailable'
  | 'login-refused'
  | 'connection-refused'
  | 'unknown-name'
  | 'no-answer'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-of-another-name'
  | 'certificate-of-unknown-authority'
  | 'certificate-wanted'
  | 'own-certificate-expired'
  | 'own-certificate-refused'
  | 'unknown-alpn'
  | 'no-tls'
  | 'hangs-up'
  | 'unusable-settings'
  | 'other';

/** Why a broker is not there for us; `problem` goes on after its name, `remedy` says what to type or to change. */
export interface BrokerProblem {
  /** For whoever has words of its own for it, as in another language. */
  readonly kind: BrokerProblemKind;
  readonly problem: string;
  readonly remedy: string;
}

type Known = readonly [kind: BrokerProblemKind, codes: RegExp, problem: string, remedy: string];

/** Of CONNACK, MQTT 3.1.1 §3.2.2.3, which mqtt.js gives as numbers. */
const BY_CONNACK: readonly Known[] = [
  ['client-id-refused', /^2$/, 'refuses this client id', 'set "device" to another name'],
  ['unavailable', /^3$/, 'says that it is unavailable', 'look at what its own log says'],
  [
    'login-refused',
    /^[45]$/,
    'refuses this user name and password',
    'set "broker.username" and "broker.password" to a user that the broker knows',
  ],
];

const BY_NETWORK: readonly Known[] = [
  [
    'connection-refused',
    /^ECONNREFUSED$/,
    'is away: nothing listens at this address and port (ECONNREFUSED)',
    'start it (sudo systemctl start mosquitto), let it listen on the network, or correct "broker.url"',
  ],
  [
    'unknown-name',
    /^(?:ENOTFOUND|EAI_AGAIN)$/,
    'has a name that nobody knows',
    'write its IP address in "broker.url", or check the network',
  ],
  [
    'no-answer',
    /^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/,
    'is away: it does not answer',
    'check the address in "broker.url", the network, and a firewall on the way',
  ],
];

const SET_CLOCK = 'set the clock of this machine (sudo timedatectl set-ntp true)';

const BY_CERTIFICATE: readonly Known[] = [
  [
    'certificate-expired',
    /^CERT_HAS_EXPIRED$/,
    'shows a certificate that has expired',
    `renew it on the broker; if it is still good there, ${SET_CLOCK}`,
  ],
  [
    'certificate-not-yet-valid',
    /^CERT_NOT_YET_VALID$/,
    'shows a certificate that is not valid yet',
    `${SET_CLOCK}, or wait until it is`,
  ],
  [
    'certificate-of-another-name',
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'shows a certificate for another name',
    'write in "broker.url" the name that the certificate is for',
  ],
  [
    'certificate-wanted',
    /ALERT_CERTIFICATE_REQUIRED$|ALERT_HANDSHAKE_FAILURE$/,
    'wants a certificate of this client',
    'set "broker.certFile" and "broker.keyFile"',
  ],
  [
    'own-certificate-expired',
    /ALERT_CERTIFICATE_EXPIRED$/,
    'refuses the certificate in "broker.certFile": it has expired',
    'renew it; a new file is read by itself',
  ],
  [
    'own-certificate-refused',
    /ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_REVOKED|UNSUPPORTED_CERTIFICATE|DECRYPT_ERROR)$/,
    'refuses the certificate in "broker.certFile"',
    'have it signed by an authority that the broker trusts',
  ],
  [
    'unknown-alpn',
    /ALERT_NO_APPLICATION_PROTOCOL$/,
    'does not know the protocol in "broker.alpn"',
    'take "broker.alpn" away, or correct it',
  ],
  [
    'no-tls',
    /WRONG_VERSION_NUMBER$|PACKET_LENGTH_TOO_LONG$/,
    'does not speak TLS on this port',
    'set "broker.url" to its port for TLS, most often 8883, or to mqtt://',
  ],
];

const UNKNOWN_AUTHORITY =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE).*|CERT_SIGNATURE_FAILURE)$/;

/** What an error of the connection means. */
export function describeBrokerProblem(error: unknown, { caFile }: BrokerSettings): BrokerProblem {
  const code = errorCode(error);
  if (UNKNOWN_AUTHORITY.test(code)) return unknownAuthority(caFile);
  const known = [...BY_CONNACK, ...BY_NETWORK, ...BY_CERTIFICATE].find(([, codes]) => codes.test(code));
  if (known) return { kind: known[0], problem: known[2], remedy: known[3] };
  return {
    kind: error instanceof TimeoutError ? 'no-answer' : 'other',
    problem: `is away (${describeError(error)})`,
    remedy: 'check "broker.url" and what the broker\'s own log says',
  };
}

function unknownAuthority(caFile: string | undefined): BrokerProblem {
  const kind = 'certificate-of-unknown-authority';
  if (caFile === undefined)
    return {
      kind,
      problem: 'shows a certificate of an authority that this machine does not know',
      remedy: 'set "broker.caFile" to the certificate of that authority',
    };
  return {
    kind,
    problem: `shows a certificate that the authority in "broker.caFile" (${caFile}) has not signed`,
    remedy: 'put the certificate of the authority that signed it there',
  };
}
