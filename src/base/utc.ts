/** Times as text without `Date`, which a pure evaluation does not have. */

const DAY = 86400;
/** Days of the Gregorian calendar's cycle of 400 years. */
const CYCLE_DAYS = 146097;

/**
 * Such as `2025-01-01 00:00:00`: whole seconds since 1970, not negative, in UTC.
 *
 * The years of a cycle start in March, so that the leap day is a year's last day (Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
 */
export function utcText(seconds: number): string {
  const days = Math.floor(seconds / DAY) + 719468; // since 0000-03-01
  const cycle = Math.floor(days / CYCLE_DAYS);
  const day = days - cycle * CYCLE_DAYS;
  const year = Math.floor(
    (day - Math.floor(day / 1460) + Math.floor(day / 36524) - Math.floor(day / 146096)) / 365,
  );
  const dayOfYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153); // 0 is March
  const date = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const calendarYear = year + cycle * 400 + (month < 10 ? 0 : 1);
  const calendarMonth = month < 10 ? month + 3 : month - 9;
  const rest = seconds % DAY;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
  return `${[calendarYear, calendarMonth, date].map(twoDigits).join("-")} ${clock.map(twoDigits).join(":")}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
