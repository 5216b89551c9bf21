/** Whether `name` is a time zone that this Node's ICU knows; offsets such as `+03:00` are not, since Spark and Postgres read them with opposite signs. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
