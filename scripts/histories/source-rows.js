/** Random rows from a seed: the same history for both sides. */
export function sourceRows(seed) {
  let state = seed >>> 0;
  const random = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(random() * n);
  const cities = [null, 'Huế', 'Vinh', 'Đà Lạt', "O'Hara", ''];
  const people = new Map();
  const text = (value) => (value === null ? 'null' : `'${String(value).replaceAll("'", "''")}'`);
  return {
    /** SQL that brings the sources to their state of a step. */
    step(step) {
      // deletions, changes (with or without a newer updated_at), new people, and some who come back
      for (const id of [...people.keys()]) if (random() < 0.15) people.delete(id);
      for (const person of people.values()) {
        if (random() < 0.3) person.city = cities[below(cities.length)];
        if (random() < 0.3) person.visits = random() < 0.2 ? null : below(5);
        if (random() < 0.4)
          person.updated = `2025-01-${String(Math.min(step * 2 + below(3), 28)).padStart(2, '0')} ${String(below(24)).padStart(2, '0')}:00`;
      }
      for (let n = 0; n < 6; n++) {
        const id = below(20);
        if (people.has(id)) continue;
        const updated = `2025-01-${String(step * 2).padStart(2, '0')} 12:00`;
        people.set(id, { city: cities[below(cities.length)], visits: below(5), updated });
      }
      const snapshotRows = [...people].map(
        ([id, { city, visits, updated }]) =>
          `(${id}, ${text(id % 3 === 0 ? 'x' : 'y')}, ${text(city)}, ${visits ?? 'null'}, '${updated}')`,
      );
      const delta = new Map();
      for (let n = 0; n < 8; n++) delta.set(below(16), [below(3), below(1000), cities[below(cities.length)]]);
      const deltaRows = [...delta].map(
        ([id, [part, amount, city]]) => `(${id}, ${part}, ${amount}, ${text(city)})`,
      );
      // events of the last three days, some late, some moved; ids come again
      const events = [];
      for (let n = 0; n < 10; n++)
        events.push(`(${below(40)}, now()::timestamp - interval '${below(72 * 60)} minutes', ${below(100)})`);
      return `
        create schema if not exists raw;
        create table if not exists raw.people (id int, part text, city text, visits int, updated_at timestamp);
        create table if not exists raw.delta (id int, part int, amount int, city text);
        create table if not exists raw.events (id int, at timestamp, amount int);
        truncate raw.people, raw.delta;
        insert into raw.people values ${snapshotRows.join(', ')};
        insert into raw.delta values ${deltaRows.join(', ')};
        delete from raw.events where id % 7 = ${step % 7};
        insert into raw.events select distinct on (id) id, date_trunc('minute', at), amount
          from (values ${events.join(', ')}) as v (id, at, amount)
          where id not in (select id from raw.events) order by id, at;`;
    },
  };
}
