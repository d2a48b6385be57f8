import { jsonAnswer, type Answer } from "../answer.ts";

/** Thrown where an OAuth endpoint refuses; becomes the body of RFC 6749 section 5.2. */
export class OAuthRefused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(code: string, description: string, status = 400) {
    super(description);
    this.code = code;
    this.status = status;
  }

  answer(): Answer {
    return jsonAnswer(this.status, { error: this.code, error_description: this.message });
  }
}
