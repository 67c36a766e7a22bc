import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** Errors as a stream tells them: their HTTP status is for answers that have one. */
export function toldErrors(
  errors: readonly (GraphQLError | GraphQLFormattedError)[],
): readonly GraphQLFormattedError[] {
  return errors.map((error) => {
    const formatted = error instanceof GraphQLError ? error.toJSON() : error;
    const { http: _http, ...extensions } = formatted.extensions ?? {};
    return { ...formatted, extensions };
  });
}

/** The same of a result; one without errors is left as it is. */
export function toldResult<Result extends { readonly errors?: readonly GraphQLError[] | undefined }>(
  result: Result,
): Omit<Result, 'errors'> & { readonly errors?: readonly GraphQLFormattedError[] } {
  const { errors, ...rest } = result;
  return errors === undefined ? rest : { ...rest, errors: toldErrors(errors) };
}
