// What few processes ever need is made when it is needed: an LRUCache takes room for all its entries at once, milliseconds of a
// start each.

/** @returns the same each time: what `make` made at the first call. @throws what `make` throws, and tries again at the next */
export const onFirstUse = <T extends object>(make: () => T): (() => T) => {
  let made: T | undefined
  return () => (made ??= make())
}
