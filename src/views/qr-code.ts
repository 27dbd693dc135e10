// An address as QR code (ISO/IEC 18004): an image without script, for whoever has a camera and no wish to type.
import { encodeQR } from 'qr'

/** Modules of white around it, which scanners need, also on a dark page. */
const border = 4

/** SVG. `text` is printable ASCII; a kilobyte fits. */
export const qrCode = (text: string): string =>
  encodeQR(text, 'svg', { ecc: 'medium', border }).replace(
    '>',
    ' width="280" height="280"><rect width="100%" height="100%" fill="#fff"/>',
  )
