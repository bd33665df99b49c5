import type { Finding, Params } from '../finding.ts';

/** So many of a kind are named; of the others there is the number. A source that lies may name thousands. */
export const MOST_NAMED = 20;

const isTooLong = (value: Params[string]): value is readonly string[] | readonly number[] =>
  Array.isArray(value) && value.length > MOST_NAMED;

/** The params with the first of each long list only, and `<name>Count` beside it, which says how long it was. */
export const shortened = (params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]): [string, Params[string]][] =>
      isTooLong(value)
        ? [
            [name, value.slice(0, MOST_NAMED)],
            [`${name}Count`, value.length],
          ]
        : [[name, value]],
    ),
  );

/** Ids ascending, as a person reads them: `1, 2, 3`, of many the lowest and the number of the others. */
export const inOrder = (ids: readonly number[]): string => {
  const named = ids.toSorted((a, b) => a - b).slice(0, MOST_NAMED);
  return named.join(', ') + (ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '');
};

/** The first findings of each code; the last of a code that has more says in `more` how many they are. */
export const firstOfEachCode = (findings: readonly Finding[]): readonly Finding[] =>
  [...Map.groupBy(findings, ({ code }) => code).values()].flatMap((alike) => {
    const named = alike.slice(0, MOST_NAMED);
    const last = named.at(-1);
    const more = alike.length - named.length;
    if (last === undefined || more === 0) return named;
    const message = `${last.message} There are ${more} more like it.`;
    return [...named.slice(0, -1), { ...last, message, params: { ...last.params, more } }];
  });
