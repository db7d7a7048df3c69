/** What a step gives, or the error that it ends with, on its way between threads and programs. */
export type Outcome<Result> = { readonly result: Result } | { readonly error: Fault };

interface Fault {
  readonly code?: string | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
}

export async function faultless<Result>(act: () => Promise<Result>): Promise<Outcome<Result>> {
  try {
    return { result: await act() };
  } catch (error) {
    const { code, message, hint } = error as Fault;
    return { error: { message, ...(typeof code === "string" ? { code, hint } : {}) } };
  }
}
