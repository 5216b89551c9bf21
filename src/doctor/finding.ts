/** One thing that was looked at. */
export interface Finding {
  name: string;
  /** `warning` works, but may not for long or not well. */
  level: 'ok' | 'warning' | 'problem';
  message: string;
  /** What to do about it; null when ok. */
  remedy: string | null;
}

export const ok = (name: string, message: string): Finding => ({ name, level: 'ok', message, remedy: null });
export const warning = (name: string, message: string, remedy: string): Finding => ({
  name,
  level: 'warning',
  message,
  remedy,
});
export const problem = (name: string, message: string, remedy: string): Finding => ({
  name,
  level: 'problem',
  message,
  remedy,
});
