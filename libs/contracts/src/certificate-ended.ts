import { defineJob } from '@app/jobs';
import type { Day } from '@app/kernel';

/** Told by registration to subsidy on the day from which a legacy certificate carries no rights any more. */
export const certificateEnded = defineJob<{ certificate: string }>({
  queue: 'subsidy',
  name: 'certificate.ended',
  key: ({ certificate }) => certificate,
});

/** Whose certificate ended. Identity numbers travel as blind indexes only. */
export interface EndedCertificate {
  readonly number: string;
  /** Twelve digits: the issuing office. */
  readonly officeCode: string;
  /** The first day without it; benefits until then stay. */
  readonly endedOn: Day;
  /** Blind indexes (hex) of the holders' numbers. */
  readonly holderKeys: readonly string[];
}

/** Where subsidy asks what it was told of. */
export interface EndedCertificates {
  /** Null when there is no such certificate, or it has not ended. */
  ended(certificate: string): Promise<EndedCertificate | null>;
}

/** Nest injection token. */
export const ENDED_CERTIFICATES = Symbol('EndedCertificates');
