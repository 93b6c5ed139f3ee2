const DIRECTION = /^a=(sendrecv|sendonly|recvonly|inactive)(?=\r?$)/mu;

/** An offer by which nothing is said: whoever was sent a link may watch, and not talk to who stands before the camera. */
export function withoutVoice(offer: string): string {
  const [session = '', ...sections] = offer.split(/^(?=m=)/mu);
  const inherited = DIRECTION.exec(session)?.[1] ?? 'sendrecv';
  return [
    session,
    ...sections.map((text) => (text.startsWith('m=audio') ? quiet(text, inherited) : text)),
  ].join('');
}

/** @param inherited the direction of a section that names none (RFC 8866 §6.7). */
function quiet(section: string, inherited: string): string {
  const direction = DIRECTION.exec(section)?.[1] ?? inherited;
  const left = direction === 'sendrecv' || direction === 'recvonly' ? 'recvonly' : 'inactive';
  return DIRECTION.test(section)
    ? section.replace(DIRECTION, `a=${left}`)
    : section.replace(/(?:\r?\n)?$/u, `\r\na=${left}\r\n`);
}
