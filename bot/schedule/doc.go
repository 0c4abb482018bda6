// Package schedule makes things happen when they are due, once each, through
// crashes, restarts and several copies of the program.
//
// Everything that must happen is a [Due] row. When its instant comes, the
// [Kind] that owns it fires: it reads and chooses outside any transaction, then
// calls its feature's own store method, which in one transaction takes the row,
// writes what it decided, the [Delivery] rows that follow from it, and the next
// due things. Deliveries are then sent, and reconciled with the platform before
// they are ever sent again. What was posted has a wanted and a shown version;
// one editor per post brings the shown one up to the wanted one.
//
// Two clocks are in play. Domain time says what is due and may be played
// forward by a demonstration; real time governs leases, retries and grace.
package schedule
