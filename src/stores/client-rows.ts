// A row of oauth2_clients, and what its columns mean (contract §8).

export interface ClientRow {
  id: string
  name: string
  secret: string | null
  redirect: string
  revoked: number
  description: string | null
  owner: string | null
  homepage: string | null
  admin_notes: string | null
  mkdate: number
  chdate: number
}

export const urisOf = (redirect: string): readonly string[] => redirect.split(',').filter((uri) => uri !== '')
/** A public client has no secret: NULL, or what league stores, an empty text. */
export const isConfidential = (secret: string | null): secret is string => secret !== null && secret !== ''
