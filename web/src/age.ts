// How old data is, in words an agent says: "il y a 6 jours".

const DAY = 86_400_000;

/** Whole calendar days from `date` ("2026-01-01" or RFC 3339) to `now`; null when unreadable. */
export function daysSince(date: string, now: Date): number | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(date);
  if (!parts) return null;
  const then = Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  return Math.round((today - then) / DAY);
}

/** "aujourd’hui", "hier", "il y a 6 jours", "il y a 3 mois", "il y a 2 ans". */
export function ageInWords(date: string, now: Date): string {
  const days = daysSince(date, now);
  if (days === null) return '';
  if (days <= 0) return 'aujourd’hui';
  if (days === 1) return 'hier';
  if (days < 60) return `il y a ${days} jours`;
  const months = Math.round(days / 30.44);
  if (months < 24) return `il y a ${months} mois`;
  return `il y a ${Math.floor(days / 365.25)} ans`;
}

const LONG_DATE = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'long', timeZone: 'UTC' });

/** "1 janvier 2026" for "2026-01-01"; null for any other text. */
export function longDate(text: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const instant = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(instant.getTime()) ? null : LONG_DATE.format(instant);
}
