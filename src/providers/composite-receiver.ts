import type { ProviderName } from '../domain/entity-key.ts'
import type { EventReceiver } from '../domain/event-receiver.ts'

/** All receivers as one: an event goes to its provider's. */
export function createCompositeReceiver(receivers: ReadonlyMap<ProviderName, EventReceiver>): EventReceiver {
  return {
    identifyEvent: (provider, raw) =>
      receivers.get(provider)?.identifyEvent(provider, raw) ?? { kind: null, name: '' },
    readEvent: (provider, raw) => receivers.get(provider)?.readEvent(provider, raw) ?? null,
    applyEvent: async (provider, raw) => receivers.get(provider)?.applyEvent(provider, raw) ?? null,
    async forgetAll() {
      await Promise.all([...receivers.values()].map(receiver => receiver.forgetAll()))
    },
    suspendReuse(isSuspended) {
      for (const receiver of receivers.values()) receiver.suspendReuse(isSuspended)
    },
  }
}
