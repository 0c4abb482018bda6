package practice

// PickSession is for the benchmark, which needs the store and so stands outside.
var PickSession = (*Service).pickSession
