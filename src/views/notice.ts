// What has just been done: shown once, on the page that the browser is sent to.

export type Notice =
  | {
      readonly kind: 'created'
      readonly clientId: string
      readonly secret?: string
      /** Redirect URIs of localhost, which match at their own port only. */
      readonly fixedToPort?: readonly string[]
    }
  | { readonly kind: 'renewed'; readonly clientId: string; readonly name: string; readonly secret: string }
  | { readonly kind: 'gone' | 'sentBefore'; readonly clientId: string }
  | { readonly kind: 'deleted'; readonly clientId: string; readonly name: string }
  | { readonly kind: 'suspended' | 'resumed' | 'revoked' | 'disconnected'; readonly name: string }
  | { readonly kind: 'revokedAll'; readonly count: number }
  | {
      readonly kind: 'requested'
      readonly clientId: string
      /** Works once the request is approved. */
      readonly secret?: string
      readonly fixedToPort?: readonly string[]
    }
  | { readonly kind: 'approved' | 'rejected' | 'withdrawn' | 'decidedBefore' | 'askerRefused'; readonly name: string }
