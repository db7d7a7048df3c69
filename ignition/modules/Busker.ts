import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The three pieces of the contract's code, last first: each is given the next one's address and takes its times from it. */
export default buildModule("Busker", (m) => {
  const annex = m.contract("BuskerAnnex", [m.getParameter("times")]);
  const extension = m.contract("BuskerExtension", [annex]);
  const busker = m.contract("Busker", [extension]);
  return { busker, extension, annex };
});
