// Device codes and the row ids of user codes (RFC 8628, D27): a sealed kind of its own (S-122).
import { createHmac } from 'node:crypto'
import type { DeviceCode, DeviceCodes } from '../../oauth/device/ports.ts'
import type { KeyRing } from '../key-ring.ts'
import { open, seal } from '../sealed.ts'

const kind = 'device_code'
const idLength = 80

/** Rejects with SetupError while the key files are unusable. */
export const createDeviceCodes = (keys: KeyRing): DeviceCodes => ({
  idOf: async (userCode) => {
    const key = (await keys.current()).derive('user_code')
    return createHmac('sha512', key).update(userCode).digest('hex').slice(0, idLength)
  },
  seal: async (code) => seal(code, (await keys.current()).derive(kind), kind),
  open: async (text) => open<DeviceCode>(text, (await keys.current()).derive(kind), kind),
})
