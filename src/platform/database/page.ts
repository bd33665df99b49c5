import { LessThan, type EntityManager, type EntityTarget, type FindOptionsWhere, type ObjectLiteral } from 'typeorm';

/** How many rows, and after which one. */
export interface PageRequest {
  readonly limit: number;
  /** The id of the last row of the page before, or null for the first page. */
  readonly after: string | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** The id to go on after, or null when this was the last page. */
  readonly next: string | null;
}

/** The same page with its items in another form. */
export const mapPage = <A, B>(page: Page<A>, present: (item: A) => B): Page<B> => ({
  items: page.items.map(present),
  next: page.next,
});

/**
 * One page of rows, newest first. Ids are UUIDv7, so their order is the order of creation, and rows that arrive
 * meanwhile come before the first page: what was not yet seen is neither skipped nor shown twice.
 */
export const findPage = async <T extends ObjectLiteral & { id: string }>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  where: FindOptionsWhere<T>,
  request: PageRequest,
): Promise<Page<T>> => {
  const rows = await manager.find(entity, {
    where: request.after === null ? where : { ...where, id: LessThan(request.after) },
    order: { id: 'DESC' } as never,
    take: request.limit + 1,
  });
  const items = rows.slice(0, request.limit);
  return { items, next: rows.length > request.limit ? (items.at(-1)?.id ?? null) : null };
};
