// Where Stud.IP keeps its sessions, as the gate sees it (contract §1.2). Read only, always (D5).

/** A session as its store has it, not parsed. */
export interface StoredSession {
  readonly bytes: Buffer
  /** Unix seconds of the last change; undefined where the store forgets old sessions by itself. */
  readonly changed: number | undefined
}

/** What a JoinedStore selects; a time that a table does not have is null. */
export interface SessionRow {
  readonly asked: string
  readonly bytes: Buffer | null
  readonly changed: number | string | null
  readonly expires: number | string | null
}

/** A table in Stud.IP's own database: its row comes along with the user's rows in one round trip. */
export interface JoinedStore {
  readonly kind: 'joined'
  /** Selects a SessionRow; ends in `IN (?)`. */
  readonly sql: string
  keyOf(sessionId: string): string
  /** Undefined when it is no session, or is over at `now`. */
  open(row: SessionRow & { readonly bytes: Buffer }, now: number): StoredSession | undefined
}

/** A store of its own, which costs its own round trip. */
export interface SeparateStore {
  readonly kind: 'separate'
  /** Rejects with temporarily_unavailable when the store is away. */
  read(sessionId: string, now: number): Promise<StoredSession | undefined>
}

export interface SessionStore {
  /** The store in use right now: with cache storage an administrator can exchange it at run time. */
  current(): Promise<JoinedStore | SeparateStore>
  close(): Promise<void>
}
