// Package sipua is the appliance's one SIP endpoint: a UDP and TCP transport on
// one address with the transaction layer above it. The registrar, the presence
// agent and the call model share it; only those adapters, the softphone and
// internal/app import it.
//
// github.com/emiago/sipgo/sip parses messages and gives the message types.
// Transport and transactions are our own, for reasons measured with v1.7.2:
//
//   - it starts a goroutine per message, so two SUBSCRIBEs of one dialog, or a
//     NOTIFY and its answer, can overtake one another;
//   - a UDP server transaction keeps 5.5 kB for the 32 s of Timer J, here it is
//     the bytes of the answer and little more;
//   - UDP messages above 1300 bytes are refused, responses included;
//   - received is only set beside rport, answers copy a foreign version number,
//     and the UDP listener remembers every peer address for ever.
//
// # Order and goroutines
//
// One goroutine reads the UDP socket, one reads and one writes each TCP
// connection. A reader only finds the Call-ID and hands the bytes to the worker
// that Call-ID hashes to. The worker parses, matches transactions and calls the
// handlers, so that everything about one Call-ID (requests, responses, timeouts,
// ACK, CANCEL) happens one after the other in order of arrival, and different
// Call-IDs run at the same time. A handler that blocks holds up its worker:
// hand long work to a goroutine of your own (INVITE) or refuse it.
//
// Plain requests (plain.go) to a handler of HandleBrief are not parsed unless the
// handler asks for the sip.Request, and their ServerTx is used again.
//
// One goroutine drives all timers from a timer wheel and sleeps when none is
// set. Apply may leave one goroutine that retries a busy port. Close stops and
// waits for all of them.
//
// # Bounds
//
//   - A worker's queue holds 1024 messages and 4 MiB. Beyond that a datagram is
//     dropped without an answer (its sender retransmits), and a TCP request is
//     answered 503 with Retry-After. A request that waited over 2 s is answered
//     503 with Retry-After, which is what sustained overload looks like.
//   - While over a quarter of a queue is taken (256 messages or 1 MiB), or a message
//     has waited or is in for 200 ms, each source address (IPv6: its /64) has a share
//     of what comes to that queue: per 100 ms what the workers took in the 100 ms
//     before, divided by twice the sources of then and one more, and at least 8
//     requests. Beyond it a request without a To tag is dropped (TCP: 503), and at
//     twice that fullness or wait one with a To tag too, since anybody can write one.
//     Responses, and sources within their share, may fill the queue. Sources are
//     counted in two rows of 1024 slots (share.go), 16 KiB in all.
//   - Answers of finished transactions are kept for 32 s on UDP, at most
//     Options.MaxTransactions of MaxTransactionBytes together; beyond that the
//     oldest go first. INVITE server transactions: 16384 (1024 without a
//     handler) and 64 MiB of requests; beyond that 503.
//   - Outstanding client transactions: Options.MaxClientTransactions; beyond
//     that Send reports ErrOverload.
//   - TCP: Options.MaxConns connections, of which others may open three quarters,
//     one address a quarter (more are closed at once); 64 KiB a message; 30 s for
//     a message to arrive whole and for the first message of a connection, 75 min
//     idle, 10 s for a write. A reader keeps 16 KiB, and while a larger message
//     comes in up to twice its size. Unsent output: 2 MiB a
//     connection (256 KiB while all together have over 64 MiB), beyond that Send
//     reports ErrOverload; a further 256 KiB for responses, beyond that the
//     connection is closed. While all together have over 128 MiB it is 32 KiB,
//     responses included.
//
// # Deviations from RFC 3261, on purpose
//
//   - Requests over 1300 bytes stay on UDP (18.1.1 wants TCP): phones of the
//     time listen on UDP only and IP fragmentation works on a LAN.
//   - maddr and ttl in Via are ignored: an answer goes to where the request came
//     from (RFC 3581) or to the sent-by port at that host, never to a third party.
//   - Max-Forwards is not looked at. 483 is a proxy's answer (16.3); here every
//     request ends, and an OPTIONS with Max-Forwards 0 must be answered.
//   - Errors found before a transaction exists (400, 413, 416, 505, 513) are
//     answered statelessly with a To tag derived from the request (8.2.7).
package sipua
