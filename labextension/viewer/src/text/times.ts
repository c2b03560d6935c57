/** Times as a person reads them, where the person is. */
const clockOf = new Intl.DateTimeFormat('en-US', {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23'
});
const dayOf = new Intl.DateTimeFormat('en-US', { day: 'numeric', month: 'short' });

/** Hours and minutes. */
export function clock(time: Date): string {
  return clockOf.format(time);
}

/** With the day, unless it is today. */
export function moment(time: Date, now: Date = new Date()): string {
  const today = time.toDateString() === now.toDateString();
  return today ? clock(time) : `${dayOf.format(time)}, ${clock(time)}`;
}
