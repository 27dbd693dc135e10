// PEM by its labels (RFC 7468): what else a file says is a comment, and may say anything.

export interface PemBlock {
  readonly label: string
  /** With both label lines. */
  readonly text: string
}

const begin = /^-----BEGIN ([A-Z0-9 ]{1,64})-----[ \t\r]*$/

/**
 * Every complete block of a file, one byte in each character, in order; text around them is passed over, as OpenSSL does. It
 * reads no further than a block that another begins in.
 */
export const pemBlocks = (file: string): readonly PemBlock[] => {
  const blocks: PemBlock[] = []
  let open: { readonly label: string; readonly lines: string[] } | undefined
  for (const line of file.replace(/^\xEF\xBB\xBF/, '').split(/\r?\n/)) {
    const label = begin.exec(line)?.[1]
    if (label !== undefined) {
      if (open) break
      open = { label, lines: [] }
    }
    open?.lines.push(line)
    if (!open || line.trimEnd() !== `-----END ${open.label}-----`) continue
    blocks.push({ label: open.label, text: `${open.lines.join('\n')}\n` })
    open = undefined
  }
  return blocks
}

/** A block that asks for a passphrase, in the notation of PKCS#8 or of OpenSSL before it. */
export const isEncrypted = ({ label, text }: PemBlock): boolean =>
  label === 'ENCRYPTED PRIVATE KEY' || (label.endsWith('PRIVATE KEY') && /^Proc-Type: ?4,ENCRYPTED/m.test(text))
export const isPrivate = ({ label }: PemBlock): boolean => label.endsWith('PRIVATE KEY')
const isCertificate = ({ label }: PemBlock): boolean => /^(X509 )?CERTIFICATE$/.test(label)
const isPublic = ({ label }: PemBlock): boolean => /^(RSA )?PUBLIC KEY$/.test(label)
/** The block that PHP takes the public key from: a certificate before a bare key, wherever they stand. */
export const publicBlock = (blocks: readonly PemBlock[]): PemBlock | undefined =>
  blocks.find(isCertificate) ?? blocks.find(isPublic)
