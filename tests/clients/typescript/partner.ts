// What a partner writes on top of the types: it compiles only if the document says all of this.
import type { components, paths } from "./v1";

type Decide = paths["/api/v1/decisions"]["post"];
type Body = Decide["requestBody"]["content"]["application/json"];
type Answer = Decide["responses"]["201"]["content"]["application/json"];
type Refusal = Decide["responses"]["400"]["content"]["application/problem+json"];

export const body: Body = {
  product: "consumer-loan",
  reference: "A-2291",
  requested: { amount: "4200.00", term_months: 24 },
  features: { checking_status: "below_0", duration_months: 24, has_telephone: false },
};

export const headers: Decide["parameters"]["header"] = { "Idempotency-Key": "k-1" };

// @ts-expect-error: without its key a request is refused, and the types know it.
export const unnamed: Decide["parameters"]["header"] = {};

export function told(answer: Answer): string {
  const pd: number = answer.pd ?? Number.NaN;
  const verdict: "approve" | "decline" | undefined = answer.decision?.verdict;
  const reasons: string[] = answer.reasons.map((reason) => reason.text);
  const kind: "approve" | "refer" | "decline" = answer.recommendation;
  return [kind, verdict, pd.toFixed(3), ...reasons].join("; ");
}

export function wrong(refusal: Refusal): string[] {
  return refusal.errors.map((fault) => `${fault.pointer}: ${fault.detail}`);
}

export function arrived(message: components["schemas"]["WebhookMessage"]): string | undefined {
  return message.type === "decision.made" ? message.data.answer?.id : message.data.batch;
}
