package io.dlog.proxyclient.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.twitter.distributedlog.thrift.service.ClientInfo;
import com.twitter.distributedlog.thrift.service.DistributedLogService;
import com.twitter.distributedlog.thrift.service.HeartbeatOptions;
import io.dlog.log.StatusCode;
import io.dlog.log.record.DLSN;
import io.dlog.proxyclient.protocol.ProxyResponse.BulkWriteResponse;
import io.dlog.proxyclient.protocol.ProxyResponse.Done;
import io.dlog.proxyclient.protocol.ProxyResponse.Fault;
import io.dlog.proxyclient.protocol.ProxyResponse.ResponseHeader;
import io.dlog.proxyclient.protocol.ProxyResponse.ServerInfo;
import io.dlog.proxyclient.protocol.ProxyResponse.ServerStatus;
import io.dlog.proxyclient.protocol.ProxyResponse.WriteResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.thrift.TBase;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TMessage;
import org.apache.thrift.transport.TMemoryBuffer;
import org.junit.jupiter.api.Test;

/** Our bytes against themselves, against recorded ones, and against the classes that the original was generated into. */
class ProxyProtocolTest {
    private static final WriteContext CONTEXT = new WriteContext(Set.of("127.0.0.1:4181"), 0xdeadbeefL, true);

    private static List<ProxyRequest> requests() {
        return List.of(
                new ProxyRequest.Handshake(),
                new ProxyRequest.HandshakeWithClientInfo("a.*", true),
                new ProxyRequest.Heartbeat("s", CONTEXT),
                new ProxyRequest.HeartbeatWithOptions("s", CONTEXT, true),
                new ProxyRequest.Write("s", bytes("data")),
                new ProxyRequest.WriteWithContext("ström", bytes("data"), CONTEXT),
                new ProxyRequest.WriteBulkWithContext("s", List.of(bytes("a"), bytes(""), bytes("ccc")), CONTEXT),
                new ProxyRequest.Truncate("s", DLSN.InitialDLSN.serialize(), CONTEXT),
                new ProxyRequest.Release("s", CONTEXT),
                new ProxyRequest.Create("s", CONTEXT),
                new ProxyRequest.Delete("s", WriteContext.NONE),
                new ProxyRequest.GetOwner("s", CONTEXT),
                new ProxyRequest.SetAcceptNewStream(true));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyRequestComesBackAsItWent() throws Exception {
        for (ProxyRequest request : requests()) {
            ProxyProtocol.Call call = ProxyProtocol.decodeCall(ProxyProtocol.encodeCall(request, 7));

            assertThat(call.request()).isEqualTo(request);
            assertThat(call.sequence()).isEqualTo(7);
            assertThat(call.methodName()).isEqualTo(request.method().wireName());
        }
        assertThat(requests().stream().map(ProxyRequest::method))
                .containsExactlyInAnyOrder(ProxyRequest.Method.values());
    }

    @Test
    void writesArgumentsFromTheLowestIdAsTheOriginalDoes() {
        byte[] call =
                ProxyProtocol.encodeCall(new ProxyRequest.WriteWithContext("s", bytes("xy"), WriteContext.NONE), 0);

        assertThat(HexFormat.of().formatHex(call))
                .isEqualTo("80010001" + "00000010"
                        + HexFormat.of().formatHex("writeWithContext".getBytes(StandardCharsets.US_ASCII)) + "00000000"
                        + "0cfffd00"
                        + "0bfffe000000027879"
                        + "0bffff0000000173"
                        + "00");
    }

    @Test
    void theOriginalReadsOurCalls() throws Exception {
        DistributedLogService.writeWithContext_args write = new DistributedLogService.writeWithContext_args();
        originalReads(new ProxyRequest.WriteWithContext("s", bytes("data"), CONTEXT), write);
        assertThat(write.getStream()).isEqualTo("s");
        assertThat(write.getData()).isEqualTo("data".getBytes(StandardCharsets.UTF_8));
        assertThat(write.getCtx().getTriedHosts()).containsExactly("127.0.0.1:4181");
        assertThat(write.getCtx().getCrc32()).isEqualTo(0xdeadbeefL);
        assertThat(write.getCtx().isIsRecordSet()).isTrue();

        DistributedLogService.writeBulkWithContext_args bulk = new DistributedLogService.writeBulkWithContext_args();
        originalReads(new ProxyRequest.WriteBulkWithContext("s", List.of(bytes("a"), bytes("b")), CONTEXT), bulk);
        assertThat(bulk.getData()).containsExactly(bytes("a"), bytes("b"));

        DistributedLogService.truncate_args truncate = new DistributedLogService.truncate_args();
        originalReads(new ProxyRequest.Truncate("s", "AQ==", CONTEXT), truncate);
        assertThat(truncate.getDlsn()).isEqualTo("AQ==");
        assertThat(truncate.getCtx().getCrc32()).isEqualTo(0xdeadbeefL);

        DistributedLogService.heartbeatWithOptions_args heartbeat =
                new DistributedLogService.heartbeatWithOptions_args();
        originalReads(new ProxyRequest.HeartbeatWithOptions("s", CONTEXT, true), heartbeat);
        assertThat(heartbeat.getOptions().isSendHeartBeatToReader()).isTrue();

        DistributedLogService.delete_args delete = new DistributedLogService.delete_args();
        originalReads(new ProxyRequest.Delete("s", CONTEXT), delete);
        assertThat(delete.getStream()).isEqualTo("s");

        DistributedLogService.handshakeWithClientInfo_args hello =
                new DistributedLogService.handshakeWithClientInfo_args();
        originalReads(new ProxyRequest.HandshakeWithClientInfo("x.*", true), hello);
        assertThat(hello.getClientInfo().getStreamNameRegex()).isEqualTo("x.*");
        assertThat(hello.getClientInfo().isGetOwnerships()).isTrue();

        DistributedLogService.setAcceptNewStream_args accept = new DistributedLogService.setAcceptNewStream_args();
        originalReads(new ProxyRequest.SetAcceptNewStream(true), accept);
        assertThat(accept.isEnabled()).isTrue();
    }

    private static void originalReads(ProxyRequest request, TBase<?, ?> arguments) throws Exception {
        byte[] call = ProxyProtocol.encodeCall(request, 3);
        TMemoryBuffer memory = new TMemoryBuffer(call.length);
        memory.write(call, 0, call.length);
        TBinaryProtocol protocol = new TBinaryProtocol(memory);
        TMessage message = protocol.readMessageBegin();
        assertThat(message.name).isEqualTo(request.method().wireName());
        assertThat(message.seqid).isEqualTo(3);
        arguments.read(protocol);
    }

    @Test
    void weReadTheOriginalsCalls() throws Exception {
        com.twitter.distributedlog.thrift.service.WriteContext context =
                new com.twitter.distributedlog.thrift.service.WriteContext();
        context.setCrc32(17);
        context.addToTriedHosts("/127.0.0.1:42093");

        assertThat(weRead(
                        "writeWithContext", new DistributedLogService.writeWithContext_args("s", bytes("d"), context)))
                .isEqualTo(new ProxyRequest.WriteWithContext(
                        "s", bytes("d"), new WriteContext(Set.of("/127.0.0.1:42093"), 17L, false)));
        assertThat(weRead("release", new DistributedLogService.release_args("s", context)))
                .isEqualTo(new ProxyRequest.Release("s", new WriteContext(Set.of("/127.0.0.1:42093"), 17L, false)));
        HeartbeatOptions options = new HeartbeatOptions();
        options.setSendHeartBeatToReader(true);
        assertThat(weRead(
                        "heartbeatWithOptions",
                        new DistributedLogService.heartbeatWithOptions_args("s", context, options)))
                .isInstanceOfSatisfying(
                        ProxyRequest.HeartbeatWithOptions.class,
                        heartbeat ->
                                assertThat(heartbeat.sendHeartBeatToReader()).isTrue());
        ClientInfo info = new ClientInfo();
        info.setGetOwnerships(true);
        assertThat(weRead("handshakeWithClientInfo", new DistributedLogService.handshakeWithClientInfo_args(info)))
                .isEqualTo(new ProxyRequest.HandshakeWithClientInfo(null, true));
    }

    private static ProxyRequest weRead(String method, TBase<?, ?> arguments) throws Exception {
        TMemoryBuffer memory = new TMemoryBuffer(256);
        TBinaryProtocol protocol = new TBinaryProtocol(memory);
        protocol.writeMessageBegin(new TMessage(method, (byte) 1, 5));
        arguments.write(protocol);
        protocol.writeMessageEnd();
        ProxyRequest request = ProxyProtocol.decodeCall(Arrays.copyOf(memory.getArray(), memory.length()))
                .request();
        if (request == null) {
            throw new AssertionError("no method " + method);
        }
        return request;
    }

    @Test
    void theOriginalReadsOurAnswersAndWeReadThem() throws Exception {
        WriteResponse found =
                new WriteResponse(new ResponseHeader(StatusCode.FOUND, "elsewhere", "1;2;127.0.0.1:4182"), null);
        WriteResponse ok = new WriteResponse(ResponseHeader.SUCCESS, DLSN.InitialDLSN.serialize());

        DistributedLogService.write_result write = new DistributedLogService.write_result();
        byte[] bytes = originalReadsReply("write", found, write);
        assertThat(write.getSuccess().getHeader().getCode().getValue()).isEqualTo(302);
        assertThat(write.getSuccess().getHeader().getLocation()).isEqualTo("1;2;127.0.0.1:4182");
        assertThat(ProxyProtocol.decodeReply(ProxyRequest.Method.WRITE, bytes)).isEqualTo(found);

        BulkWriteResponse bulkResponse = new BulkWriteResponse(ResponseHeader.SUCCESS, List.of(ok, found));
        DistributedLogService.writeBulkWithContext_result bulk =
                new DistributedLogService.writeBulkWithContext_result();
        bytes = originalReadsReply("writeBulkWithContext", bulkResponse, bulk);
        assertThat(bulk.getSuccess().getWriteResponses()).hasSize(2);
        assertThat(bulk.getSuccess().getWriteResponses().get(0).getDlsn()).isEqualTo(ok.dlsn());
        assertThat(ProxyProtocol.decodeReply(ProxyRequest.Method.WRITE_BULK_WITH_CONTEXT, bytes))
                .isEqualTo(bulkResponse);

        ServerInfo info = new ServerInfo(Map.of("s", "1;2;127.0.0.1:4182"), ServerStatus.WRITE_ONLY);
        DistributedLogService.handshake_result hello = new DistributedLogService.handshake_result();
        bytes = originalReadsReply("handshake", info, hello);
        assertThat(hello.getSuccess().getServerStatus().getValue()).isEqualTo(200);
        assertThat(hello.getSuccess().getOwnerships()).containsEntry("s", "1;2;127.0.0.1:4182");
        assertThat(ProxyProtocol.decodeReply(ProxyRequest.Method.HANDSHAKE, bytes))
                .isEqualTo(info);

        bytes = originalReadsReply(
                "setAcceptNewStream", new Done(), new DistributedLogService.setAcceptNewStream_result());
        assertThat(ProxyProtocol.decodeReply(ProxyRequest.Method.SET_ACCEPT_NEW_STREAM, bytes))
                .isEqualTo(new Done());
    }

    private static byte[] originalReadsReply(String method, ProxyResponse response, TBase<?, ?> result)
            throws Exception {
        byte[] reply = ProxyProtocol.encodeReply(method, 9, response);
        TMemoryBuffer memory = new TMemoryBuffer(reply.length);
        memory.write(reply, 0, reply.length);
        TBinaryProtocol protocol = new TBinaryProtocol(memory);
        assertThat(protocol.readMessageBegin().seqid).isEqualTo(9);
        result.read(protocol);
        return reply;
    }

    @Test
    void everyStatusHasTheOriginalsNumber() {
        for (com.twitter.distributedlog.thrift.service.StatusCode original :
                com.twitter.distributedlog.thrift.service.StatusCode.values()) {
            // Ours leave an EXCEPTION away where the original has it.
            assertThat(original.name())
                    .startsWith(StatusCode.of(original.getValue()).name());
        }
    }

    @Test
    void aFaultComesBackWhateverTheMethod() throws Exception {
        Fault fault = new Fault("Invalid method name: 'x'", Fault.UNKNOWN_METHOD);

        assertThat(ProxyProtocol.decodeReply(ProxyRequest.Method.WRITE, ProxyProtocol.encodeReply("write", 0, fault)))
                .isEqualTo(fault);
    }

    @Test
    void anUnknownMethodIsACallWithoutRequest() throws Exception {
        TMemoryBuffer memory = new TMemoryBuffer(64);
        TBinaryProtocol protocol = new TBinaryProtocol(memory);
        protocol.writeMessageBegin(new TMessage("__can__finagle__trace__v3__", (byte) 1, 0));

        ProxyProtocol.Call call = ProxyProtocol.decodeCall(Arrays.copyOf(memory.getArray(), memory.length()));

        assertThat(call.request()).isNull();
        assertThat(call.methodName()).isEqualTo("__can__finagle__trace__v3__");
    }

    @Test
    void lengthsAreCheckedBeforeAnythingIsAllocated() {
        byte[] huge = HexFormat.of().parseHex("800100017fffffff");
        assertThatThrownBy(() -> ProxyProtocol.decodeCall(huge))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("2147483647");

        String head = "80010001" + "00000014"
                + HexFormat.of().formatHex("writeBulkWithContext".getBytes(StandardCharsets.US_ASCII)) + "00000000";
        byte[] hugeList = HexFormat.of().parseHex(head + "0ffffe" + "0b" + "7fffffff");
        assertThatThrownBy(() -> ProxyProtocol.decodeCall(hugeList)).isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void whateverComesIsARequestOrMalformedAndNothingElse() {
        Random random = new Random(20_261_120);
        List<byte[]> seeds = new ArrayList<>();
        requests().forEach(request -> seeds.add(ProxyProtocol.encodeCall(request, 0)));
        int malformed = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            byte[] cut = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
            for (byte[] message : List.of(bytes, cut)) {
                try {
                    ProxyProtocol.decodeCall(message);
                } catch (MalformedMessageException e) {
                    malformed++;
                }
            }
        }
        assertThat(malformed).isGreaterThan(1000);
    }

    @Test
    void checksumsCoverWhatTheOriginalCovers() {
        CRC32 crc = new CRC32();
        crc.update("sdata".getBytes(StandardCharsets.UTF_8));
        ByteBuffer payload = bytes("data");

        assertThat(RequestChecksum.ofWrite("s", payload)).isEqualTo(crc.getValue());
        assertThat(payload.remaining()).isEqualTo(4);
    }

    @Test
    void identitiesReadBackAndOthersAreNone() {
        ProxyIdentity identity = new ProxyIdentity(7, "127.0.0.1", 4181);

        assertThat(identity.text()).isEqualTo("1;7;127.0.0.1:4181");
        assertThat(ProxyIdentity.parse(identity.text())).contains(identity);
        assertThat(ProxyIdentity.parse("my-host")).isEmpty();
        assertThat(ProxyIdentity.parse("1;7;:4181")).isEmpty();
        assertThat(ProxyIdentity.parse("1;x;h:1")).isEmpty();
    }
}
