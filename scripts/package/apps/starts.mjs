// Only starts, and says why it cannot.
import { createConsumer } from "configstream-consumer";

const consumer = createConsumer({ clientName: "starts", authTokenFile: "none", ipcCertFile: "none" });
consumer.start().then(
  () => console.log("started"),
  (error) => console.log(error.message),
);
