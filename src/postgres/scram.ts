import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

const iterations = 4096;

/** Postgres' SCRAM-SHA-256 verifier (RFC 5803): lets a password be set without the server, or its log, seeing it. */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), rounds = iterations): string {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, rounds, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** Whether `verifier`, as pg_authid holds it, was made of `password`. */
export function matchesVerifier(password: string, verifier: string | null): boolean {
  const match = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(verifier ?? '');
  if (!match || verifier === null) return false;
  const mine = Buffer.from(scramVerifier(password, Buffer.from(match[2] ?? '', 'base64'), Number(match[1])));
  const theirs = Buffer.from(verifier);
  return mine.length === theirs.length && timingSafeEqual(mine, theirs);
}
