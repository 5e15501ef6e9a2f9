import type { DivisionCode } from '@app/kernel';

export interface ReleaseOptions {
  readonly programme: string;
  readonly division?: DivisionCode;
  readonly year?: string;
  readonly level?: string;
  readonly yuan?: string;
  readonly document?: string;
  /** As much at each level as the confirmed claims need. */
  readonly cover?: boolean;
}

export interface ApproveOptions {
  readonly programme: string;
  readonly division?: DivisionCode;
  readonly period?: string;
  readonly batch?: string;
  readonly repair?: boolean;
  readonly as?: string;
}

export interface NoticeOptions {
  readonly account: string;
  /** These three name an account that was not known before. */
  readonly division?: DivisionCode;
  readonly bank?: string;
  readonly holder?: string;
}
