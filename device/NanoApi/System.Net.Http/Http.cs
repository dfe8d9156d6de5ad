// Signatures of nanoFramework package System.Net.Http 1.5.210.0 that we may use; no bodies. See device/NanoApi/README.md.
using System;
using System.Collections;
using System.IO;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace System.Net
{
    public enum HttpStatusCode
    {
        Continue = 100,
        SwitchingProtocols = 101,
        OK = 200,
        Created = 201,
        Accepted = 202,
        NonAuthoritativeInformation = 203,
        NoContent = 204,
        ResetContent = 205,
        PartialContent = 206,
        MultipleChoices = 300,
        Ambiguous = 300,
        MovedPermanently = 301,
        Moved = 301,
        Found = 302,
        Redirect = 302,
        SeeOther = 303,
        RedirectMethod = 303,
        NotModified = 304,
        UseProxy = 305,
        Unused = 306,
        TemporaryRedirect = 307,
        RedirectKeepVerb = 307,
        BadRequest = 400,
        Unauthorized = 401,
        PaymentRequired = 402,
        Forbidden = 403,
        NotFound = 404,
        MethodNotAllowed = 405,
        NotAcceptable = 406,
        ProxyAuthenticationRequired = 407,
        RequestTimeout = 408,
        Conflict = 409,
        Gone = 410,
        LengthRequired = 411,
        PreconditionFailed = 412,
        RequestEntityTooLarge = 413,
        RequestUriTooLong = 414,
        UnsupportedMediaType = 415,
        RequestedRangeNotSatisfiable = 416,
        ExpectationFailed = 417,
        InternalServerError = 500,
        NotImplemented = 501,
        BadGateway = 502,
        ServiceUnavailable = 503,
        GatewayTimeout = 504,
        HttpVersionNotSupported = 505,
    }

    public class HttpWebRequest : WebRequest
    {
        public override extern int Timeout { get; set; }
        public extern X509Certificate HttpsAuthentCert { get; set; }
        public extern SslVerification SslVerification { get; set; }
        public extern SslProtocols SslProtocols { get; set; }
        public extern int ReadWriteTimeout { get; set; }
        public override extern Uri RequestUri { get; }
        public extern Uri Address { get; }
        public extern bool AllowWriteStreamBuffering { get; set; }
        public override extern long ContentLength { get; set; }
        public extern bool AllowAutoRedirect { get; }
        public extern int MaximumAutomaticRedirections { get; }
        public override extern string Method { get; set; }
        public extern bool KeepAlive { get; set; }
        public extern bool SendChunked { get; set; }
        public extern Version ProtocolVersion { get; set; }
        public override extern string ContentType { get; set; }
        public extern string TransferEncoding { get; set; }
        public extern string Accept { get; set; }
        public extern string Referer { get; set; }
        public extern string UserAgent { get; set; }
        public extern string Expect { get; set; }
        public extern DateTime IfModifiedSince { get; }
        public extern bool HaveResponse { get; }
        protected override extern void Dispose(bool disposing);
        public extern void Reset();
        public extern void AddRange(int from, int to);
        public extern void AddRange(int range);
        public extern void AddRange(string rangeSpecifier, int from, int to);
        public extern void AddRange(string rangeSpecifier, int range);
        public override extern WebResponse GetResponse();
        public override extern Stream GetRequestStream();
    }

    public class HttpWebResponse : WebResponse
    {
        public override extern long ContentLength { get; }
        public extern string ContentEncoding { get; }
        public override extern string ContentType { get; }
        public extern string Server { get; }
        public extern DateTime LastModified { get; }
        public extern HttpStatusCode StatusCode { get; }
        public extern string StatusDescription { get; }
        public extern Version ProtocolVersion { get; }
        public override extern Uri ResponseUri { get; }
        public extern string Method { get; }
        public override extern Stream GetResponseStream();
        public extern string GetResponseHeader(string headerName);
        protected override extern void Dispose(bool disposing);
        public override extern void Close();
    }

    public abstract class WebRequest : MarshalByRefObject, IDisposable
    {
        public virtual extern string Method { get; set; }
        public virtual extern Uri RequestUri { get; }
        public extern string ConnectionGroupName { get; set; }
        public virtual extern long ContentLength { get; set; }
        public virtual extern string ContentType { get; set; }
        public virtual extern int Timeout { get; set; }
        protected extern WebRequest();
        public static extern void Initialize();
        public extern void Dispose();
        protected virtual extern void Dispose(bool disposing);
        public virtual extern Stream GetRequestStream();
        public virtual extern WebResponse GetResponse();
        public static extern WebRequest Create(string requestUriString);
        public static extern WebRequest Create(Uri requestUri);
    }

    public abstract class WebResponse : MarshalByRefObject, IDisposable
    {
        public virtual extern long ContentLength { get; set; }
        public virtual extern string ContentType { get; set; }
        public virtual extern Uri ResponseUri { get; }
        protected extern WebResponse();
        public virtual extern Stream GetResponseStream();
        public virtual extern void Close();
        public extern void Dispose();
        protected virtual extern void Dispose(bool disposing);
    }
}

namespace System
{
    public class Uri
    {
        public extern int Port { get; }
        public extern string AbsolutePath { get; }
        public extern string AbsoluteUri { get; }
        public extern string Scheme { get; }
        public extern string Host { get; }
        public extern Uri(string uriString);
    }
}
