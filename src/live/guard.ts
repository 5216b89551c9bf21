import type { IncomingMessage } from 'node:http';

/** On every answer: nothing of elsewhere is loaded, nobody frames the page, nothing is guessed. */
export const securityHeaders = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Whether the request means this server. A page of elsewhere whose name was made to point to 127.0.0.1 (DNS rebinding) comes
 * with that name, and would be of our origin to the browser.
 */
export function isForUs({ headers }: IncomingMessage, port: number): boolean {
  const host = headers.host?.toLowerCase() ?? '';
  // Browsers leave out the port that is a scheme's own.
  return loopback.some((name) => host === `${name}:${port}` || (port === 80 && host === name));
}
