const secrets = new Set<string>();

/** Remembers values that must never be shown; short ones would blot out ordinary words, so `.env` refuses them. */
export function rememberSecrets(values: Iterable<string>): void {
  for (const value of values) if (value.length >= 8) secrets.add(value);
}

/** `text` with every remembered secret, plain or as it stands in a URL, replaced by `***`. */
export function redact(text: string): string {
  let clean = text;
  for (const secret of secrets) {
    clean = clean.replaceAll(secret, '***');
    const encoded = encodeURIComponent(secret);
    if (encoded !== secret) clean = clean.replaceAll(encoded, '***');
  }
  return clean;
}
