/** Events as the gateway tells them. */

export const event = (values) => ({
  number: 1,
  kind: "message",
  at: 0,
  route_key: "chat",
  ...values,
});

export const many = (count, first = 1) =>
  Array.from({ length: count }, (_, index) => event({ number: first + index }));
