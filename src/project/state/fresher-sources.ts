import type { SourceFreshness } from './read-state.js';

type Checked = Readonly<Record<string, SourceFreshness>>;

/** `source_status:fresher`: the sources whose newest row is younger now than at an earlier check, and new ones. */
export function fresherSources(now: Checked | undefined, before: Checked): ReadonlySet<string> | undefined {
  if (now === undefined) return undefined;
  const loaded = (entry: SourceFreshness | undefined): number => Date.parse(entry?.max_loaded_at ?? '');
  return new Set(
    Object.keys(now).filter((id) => {
      const [current, earlier] = [loaded(now[id]), loaded(before[id])];
      return !Number.isNaN(current) && (Number.isNaN(earlier) || current > earlier);
    }),
  );
}
