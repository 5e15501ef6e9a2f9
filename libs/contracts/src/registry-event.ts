import { defineJob } from '@app/jobs';
import type { Day } from '@app/kernel';

/** What the household registry states of one person; what it does not tell is null. Fields as in domain/04 §4.9. */
export interface RegistryRecord {
  /** The registry's own id of the person. */
  readonly registryPersonId: string;
  readonly name: string;
  readonly idNumber: string | null;
  readonly sex: 0 | 1 | 2 | 9;
  readonly ethnicity: string | null;
  readonly born: Day | null;
  readonly died: Day | null;
  /** 0 valid, 1 cancelled, 8 moved out, 9 deceased. */
  readonly status: 0 | 1 | 8 | 9;
  readonly householdNo: string | null;
  /** GB/T 4761. */
  readonly relationToHead: string | null;
  readonly householdType: 'urban' | 'rural' | 'unified' | null;
  /** Twelve digits. */
  readonly divisionCode: string | null;
  readonly address: string | null;
  readonly fatherNumber: string | null;
  readonly motherNumber: string | null;
  readonly birthCertificateNo: string | null;
  /** GB/T 2261.2. */
  readonly maritalStatus: string | null;
  readonly movedInOn: Day | null;
  readonly movedOutOn: Day | null;
  /** The registry's time of its last change, ISO instant. */
  readonly updatedAt: string;
}

export type RegistryEventKind =
  | 'birth'
  | 'death'
  | 'death-reversed'
  | 'moved-in'
  | 'moved-out'
  | 'cancelled'
  | 'corrected'
  | 'number-changed'
  | 'merged';

/** One change in the registry (变更通知). May come late, twice and out of order. */
export interface RegistryEvent {
  /** The registry's id of the event: the same event again has the same one. */
  readonly eventId: string;
  readonly kind: RegistryEventKind;
  /** The registry's time of the change, ISO instant: a newer one of the same person wins. */
  readonly happenedAt: string;
  /** The person after the change. */
  readonly record: RegistryRecord;
  /** The number before, for number-changed. */
  readonly formerIdNumber: string | null;
  /** The registry's id of the record that was merged into this one, for merged. */
  readonly mergedRegistryPersonId: string | null;
  /** The event that this one takes back (冲销标志). */
  readonly reverses: string | null;
}

export interface RegistryEventPage {
  readonly events: readonly RegistryEvent[];
  /** Pass as `after` to go on; opaque. */
  readonly next: string;
  /** True when nothing was left beyond this page at the moment of reading. */
  readonly caughtUp: boolean;
}

/**
 * What the exchange took in from the household registry, each event once, in the order it arrived here, which need not
 * be the order in which it happened. From `after = ''` everything is read from the start.
 */
export interface RegistryEventFeed {
  page(after: string, limit: number): Promise<RegistryEventPage>;
}

/** Nest injection token. */
export const REGISTRY_EVENT_FEED = Symbol('RegistryEventFeed');

/** Told by the exchange to registration: there are events to pull. Many bells in a row are one pull. */
export const registryEventsArrived = defineJob<{ feed: string }>({
  queue: 'registration',
  name: 'registry.pull',
  key: ({ feed }) => feed,
});

export const REGISTRY_EVENTS = 'exchange.registry-events';
