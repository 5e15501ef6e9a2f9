import type { EndedCertificate, EndedCertificates } from '@app/contracts';
import type { ServiceClient } from '@app/service';

/** Which certificates ended, asked over HTTP where registration is another process. */
export class EndedCertificatesClient implements EndedCertificates {
  constructor(private readonly registration: ServiceClient) {}

  ended(certificate: string): Promise<EndedCertificate | null> {
    return this.registration.call('/certificate-ended', { certificate }, { isRead: true });
  }
}
