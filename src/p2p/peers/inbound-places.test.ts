import { expect, it } from "vitest";
import { whoGivesWay } from "./inbound-places.ts";

const peer = (name: string, subnet: string, score = 0) => ({ peer: name, subnet, score, openedMs: name.charCodeAt(0) });

it("lets who has done wrong give way first, the worst of them", () => {
  expect(whoGivesWay([peer("a", "1.1"), peer("b", "2.2", -20), peer("c", "3.3", -40)], "4.4")).toBe("c");
  expect(whoGivesWay([peer("a", "1.1", -19), peer("b", "2.2", -5)], "4.4")).toBeNull();
});

it("lets the youngest of the largest subnet give way to a smaller one, but not to its own or an equal one", () => {
  const three = [peer("a", "1.1"), peer("c", "1.1"), peer("b", "1.1"), peer("d", "2.2")];
  expect(whoGivesWay(three, "3.3")).toBe("c");
  expect(whoGivesWay(three, "2.2")).toBe("c");
  expect(whoGivesWay(three, "1.1")).toBeNull();
  expect(whoGivesWay([peer("a", "1.1"), peer("b", "1.1"), peer("c", "2.2")], "2.2")).toBeNull();
  expect(whoGivesWay([peer("a", "1.1"), peer("b", "2.2")], "3.3")).toBeNull();
  expect(whoGivesWay([], "3.3")).toBeNull();
});
