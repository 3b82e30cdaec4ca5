// Calls this app's API with the browser's session. A call that fails raises ApiError with a sentence for the person.

const LONGEST = 120_000; // milliseconds without an answer after which the connection counts as lost
const AWAY = "This app can't be reached at the moment.";

export class ApiError extends Error {
  // `problem` is the body of the answer, as application/problem+json. Without an answer, `problem` is {} and `status`
  // is 0. `retryAfter` is the number of seconds to wait before another try, or null if the answer names none.
  constructor(message, status, problem, retryAfter = null) {
    super(message);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

// The person who is signed in now isn't the person of the page. Nothing was changed, and the answer isn't used.
export class OtherPerson extends ApiError {
  constructor() {
    super("Someone else is signed in now. Reload this page to see what they can see.", 0, {});
  }
}

export class Api {
  // `root` is the address that ends in /api/v1/. `person` is the person of the page, as "region id".
  constructor(root, person) {
    this.root = root;
    this.person = person;
    this.csrfToken = null;
  }

  // Returns the answer's JSON. Raises ApiError and OtherPerson.
  async get(path) {
    return (await this.#call(path, {})).answer;
  }

  // Send a body. `key` is the Idempotency-Key of a write. If the answer has results, returns { answer, status,
  // retryAfter }. Raises ApiError and OtherPerson.
  //
  // The CSRF token belongs to one session. If someone else has signed in, this app refuses the old token, and this
  // client accepts a new token only for the same person. So nothing is sent in someone else's name.
  async post(path, body, key = null) {
    const isNewToken = this.csrfToken === null;
    if (isNewToken) this.csrfToken = await this.#token();
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.csrfToken };
    if (key) headers["Idempotency-Key"] = key;
    try {
      return await this.#call(path, { method: "POST", headers, body: JSON.stringify(body) });
    } catch (error) {
      if (isNewToken || !error.problem?.type?.endsWith(":csrf-token-missing")) throw error;
      this.csrfToken = null;
      return this.post(path, body, key);
    }
  }

  async #token() {
    return (await this.get("me")).csrf_token;
  }

  async #call(path, options) {
    let response;
    let answer;
    try {
      response = await fetch(this.root + path, { credentials: "same-origin", signal: AbortSignal.timeout(LONGEST), ...options });
      answer = await response.json();
    } catch {
      // An answer that was cut off says nothing about what was done, even if its status is 200.
      throw new ApiError(AWAY, response && !response.ok ? response.status : 0, {});
    }
    if ((response.headers.get("Byline-Person") ?? this.person) !== this.person) throw new OtherPerson();
    const retryAfter = Number(response.headers.get("Retry-After")) || null;
    if (response.ok || answer.results) return { answer, status: response.status, retryAfter };
    throw new ApiError(answer.detail || answer.title || AWAY, response.status, answer, retryAfter);
  }
}
