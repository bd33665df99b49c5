# shellcheck shell=sh
# Shows qnetd this node's certificate and tells whether it is taken. Changes nothing, and leaves nothing.
# Arguments: DATABASE HOST PORT CLUSTER-NAME. Prints `accepted`, or `closed` or `failed` with what was said.
#
# NSS's tstclnt knows TLS and this database, but not the two messages in clear that qnetd wants before (PREINIT, STARTTLS;
# msg.h, tlv.h of corosync-qdevice). So perl, which Debian cannot be without, says these and then hands bytes to and fro.
# Through TLS goes one ECHO_REQUEST: qnetd checks certificate and name, and only then answers that INIT is missing (error
# 11). INIT, by which a client joins, is never sent.
command -v tstclnt >/dev/null || { printf 'failed\ntstclnt is not installed\n'; exit 0; }
exec perl - "$@" <<'PERL'
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::IP;

my ($database, $host, $port, $name) = @ARGV;
# SERVER_ERROR, its length, and among its options the error code INIT_REQUIRED.
my $ACCEPTED = qr/\x00\x05\x00\x00\x00.{1,20}\x00\x06\x00\x02\x00\x0b/s;
my $child = 0;

sub tell_and_leave {
    my ($verdict, $words) = @_;
    kill 'TERM', $child if $child;
    print "$verdict\n", $words eq '' ? '' : "$words\n";
    exit 0;
}
$SIG{ALRM} = sub { tell_and_leave('failed', 'no answer within 10 seconds') };
$SIG{PIPE} = 'IGNORE';
alarm 10;

my $qnetd = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Timeout => 5)
    or tell_and_leave('failed', "no connection to $host:$port: $@");
syswrite $qnetd, pack('nN', 0, 12 + length $name) . pack('nnN', 0, 4, 1) . pack('nn', 1, length $name) . $name;
my $reply = '';
until (length $reply >= 6 && length $reply >= 6 + unpack 'x2N', $reply) {
    sysread($qnetd, $reply, 4096, length $reply) or tell_and_leave('failed', 'qnetd did not answer PREINIT');
}
tell_and_leave('failed', 'qnetd did not answer PREINIT as it should') unless 1 == unpack 'n', $reply;
syswrite $qnetd, pack 'nNnnN', 2, 8, 0, 4, 2;

my $door = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or tell_and_leave('failed', "no socket: $!");
pipe my $their_in, my $to_client or die;
pipe my $from_client, my $their_out or die;
$child = fork;
if (!$child) {
    open STDIN, '<&', $their_in;
    open STDOUT, '>&', $their_out;
    open STDERR, '>&', $their_out;
    close $_ for $qnetd, $to_client, $from_client;
    # The name that is asked for is the one in qnetd's own certificate.
    exec 'tstclnt', '-h', '127.0.0.1', '-p', $door->sockport, '-a', 'Qnetd Server', '-d', "sql:$database",
        '-n', 'Cluster Cert', '-w', '';
}
close $_ for $their_in, $their_out;
my $client = $door->accept or tell_and_leave('failed', 'tstclnt did not connect');
syswrite $to_client, pack 'nNnnN', 8, 8, 0, 4, 3;

my $said = '';
my %peer = ($qnetd => $client, $client => $qnetd);
my $open = IO::Select->new($qnetd, $client, $from_client);
while (my @ready = $open->can_read) {
    for my $from (@ready) {
        my $count = sysread $from, my $bytes, 16384;
        if (!$count) {
            # What the client has to say comes last.
            tell_and_leave('closed', $said =~ s/[^ -~\n]//gr) if $from == $from_client;
            $open->remove($from);
            shutdown $peer{$from}, 1;
            close $to_client if $from == $qnetd;
        } elsif ($from == $from_client) {
            $said .= $bytes;
            tell_and_leave('accepted', '') if $said =~ $ACCEPTED;
        } else {
            syswrite $peer{$from}, $bytes;
        }
    }
}
PERL
