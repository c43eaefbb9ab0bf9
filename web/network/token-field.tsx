import { useConnection, useDevnetNodes } from "../client/index.ts";
import { Field } from "../ui/index.ts";

/** The token that a server wants for orders; one for all pages, as long as they are open. */
export function TokenField() {
  const { token, setToken } = useConnection();
  const { data: nodes } = useDevnetNodes();
  return (
    <Field
      label="Token for orders"
      type="password"
      mono
      value={token}
      onChange={(event) => setToken(event.target.value)}
      help={`It lies in the ${nodes === null ? "node" : "devnet"}'s folder, in the file api-token.`}
    />
  );
}
